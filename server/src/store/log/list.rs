//! The log as people read it: newest first, by key, filtered, and only as far as the reader's scope reaches.

use std::fmt::Write as _;

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{COLUMNS, Error, Store, Tx, entry};
use crate::domain::act::{What, Words};
use crate::domain::ids::{DeviceId, FacilityId, RegionId};
use crate::domain::log::Entry;
use crate::store::{meta, rows};

/// Whose entries a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A region's, and those of the collector as a whole.
    Region(RegionId),
    /// One facility's.
    Facility(FacilityId),
}

/// What a reader looks for; empty: everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of the actor's name, or its id.
    pub who: String,
    /// One act.
    pub what: Option<What>,
    /// Part of the object's name, or its id.
    pub object: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Only older than this entry.
    pub before: Option<String>,
    /// What people call their own devices, and what is said of them, stays at their facility: neither told nor looked for.
    pub hides_personal: bool,
}

/// An entry with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The entry.
    pub entry: Entry,
    /// `None`: erased.
    pub words: Option<Words>,
    /// Whether a remark was made that this reader may not see.
    pub withheld: bool,
    /// `None`: not sealed yet.
    pub seq: Option<i64>,
}

/// Entries, newest first.
pub async fn list(store: &Store, reach: Reach, filter: &Filter, limit: u16) -> Result<Vec<Line>, Error> {
    let Hidden { object, remark, withheld, .. } = Hidden::from(filter);
    let columns =
        format!("{COLUMNS}, e.seq, w.salt, w.actor, {object} AS object, {remark} AS remark, CAST({withheld} AS BIGINT) AS withheld");
    let (chosen, values) = chosen(reach, filter);
    query(format!("SELECT {columns} FROM {chosen} ORDER BY e.id DESC LIMIT {limit}"), values)
        .fetch_all(store.read())
        .await?
        .iter()
        .map(line)
        .collect()
}

/// How many entries `list` would find in all, counted as far as `most`.
pub async fn count(store: &Store, reach: Reach, filter: &Filter, most: usize) -> Result<usize, Error> {
    let (chosen, values) = chosen(reach, filter);
    let row = query(format!("SELECT count(*) FROM (SELECT 1 AS one FROM {chosen} LIMIT {most}) found"), values).fetch_one(store.read());
    usize::try_from(row.await?.try_get::<i64, _>(0)?).map_err(|_| rows::decode_error("count"))
}

fn query(sql: String, values: Vec<String>) -> rows::AnyQuery<'static> {
    values.into_iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), sqlx::query::Query::bind)
}

/// What a reader may read of an entry's words.
struct Hidden {
    object: &'static str,
    remark: &'static str,
    withheld: &'static str,
    joined: &'static str,
}

impl Hidden {
    const fn from(filter: &Filter) -> Self {
        if filter.hides_personal {
            Self {
                object: "CASE WHEN d.ownership = 'personal' THEN '' ELSE w.object END",
                remark: "CASE WHEN d.ownership = 'personal' THEN '' ELSE w.remark END",
                withheld: "CASE WHEN d.ownership = 'personal' AND w.remark <> '' THEN 1 ELSE 0 END",
                joined: " LEFT JOIN device d ON e.object_kind = 'device' AND d.id = e.object_id",
            }
        } else {
            Self { object: "w.object", remark: "w.remark", withheld: "0", joined: "" }
        }
    }
}

/// The entries that a filter finds, as SQL after `FROM`, and the values bound in it.
fn chosen(reach: Reach, filter: &Filter) -> (String, Vec<String>) {
    let Hidden { object, joined, .. } = Hidden::from(filter);
    let mut sql = format!("log_entry e LEFT JOIN log_words w ON w.entry_id = e.id{joined} WHERE ");
    let mut values: Vec<String> = Vec::new();
    let mut add = |condition: &str, value: String| {
        values.push(value);
        sql.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    match reach {
        // Not as two alternatives: SQLite would gather every entry of both and sort them, instead of walking back from the newest.
        Reach::Region(id) => add("coalesce(e.region_id, ?) = ?", id.to_string()),
        Reach::Facility(id) => add("e.facility_id = ?", id.to_string()),
    }
    if let Some(what) = filter.what {
        add(" AND e.what = ?", what.as_str().to_owned());
    }
    for (column, id, text) in [("w.actor", "e.actor", &filter.who), (object, "e.object_id", &filter.object)] {
        if !text.is_empty() {
            add(&format!(" AND ({id} = ?"), text.clone());
            add(&format!(" OR {column} LIKE ? ESCAPE '!')"), rows::like(text));
        }
    }
    if let Some(before) = &filter.before {
        add(" AND e.id < ?", before.clone());
    }
    // Numbers of ours, not text that somebody typed.
    if let Some(from) = filter.from {
        let _ = write!(sql, " AND e.at >= {}", from.seconds());
    }
    if let Some(until) = filter.until {
        let _ = write!(sql, " AND e.at < {}", until.seconds());
    }
    (sql, values)
}

fn line(row: &AnyRow) -> Result<Line, Error> {
    let words = match row.try_get::<Option<String>, _>(11)? {
        Some(_) => Some(Words { actor: row.try_get(12)?, object: row.try_get(13)?, remark: row.try_get(14)? }),
        None => None,
    };
    Ok(Line { entry: entry(row)?, words, withheld: row.try_get::<i64, _>(15)? != 0, seq: row.try_get(10)? })
}

/// Who read a page about a device, newest first: when, the actor's word, and the name (`None`: erased).
pub async fn list_views(store: &Store, facility: FacilityId, device: DeviceId, limit: u16) -> Result<Vec<View>, Error> {
    sqlx::query(
        "SELECT e.at, e.actor, w.actor FROM log_entry e LEFT JOIN log_words w ON w.entry_id = e.id \
         WHERE e.object_id = $1 AND e.what = $2 AND e.facility_id = $3 ORDER BY e.id DESC LIMIT $4",
    )
    .bind(device.to_string())
    .bind(What::DeviceViewed.as_str())
    .bind(facility.to_string())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| Ok(View { at: Timestamp::from_seconds(row.try_get(0)?), actor: row.try_get(1)?, name: row.try_get(2)? }))
    .collect()
}

/// Entries looked at for the newest of some kind.
const LOOKED_AT: i64 = 50;

/// When a facility's newest act that is none of `quiet` was done, and how many were within that second: ids tell no order there. Looks
/// at its newest entries alone, by key, however long the log is.
pub async fn newest_but(store: &Store, facility: FacilityId, quiet: &[What]) -> Result<Option<(i64, usize)>, Error> {
    let newest: Vec<(i64, String)> = sqlx::query_as("SELECT at, what FROM log_entry WHERE facility_id = $1 ORDER BY id DESC LIMIT $2")
        .bind(facility.to_string())
        .bind(LOOKED_AT)
        .fetch_all(store.read())
        .await?;
    let acts: Vec<i64> =
        newest.into_iter().filter(|(_, what)| !quiet.iter().any(|quiet| quiet.as_str() == what)).map(|(at, _)| at).collect();
    Ok(acts.first().map(|last| (*last, acts.iter().filter(|at| *at == last).count())))
}

/// Somebody read a page, or did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// When.
    pub at: Timestamp,
    /// The actor's word.
    pub actor: String,
    /// The actor's name; `None`: erased.
    pub name: Option<String>,
}

/// The newest of these acts on an object (its id), within reach: which, when, by whom. Walks back over that object's entries alone.
pub async fn newest_of(store: &Store, reach: Reach, object: &str, acts: &[What]) -> Result<Option<(What, View)>, Error> {
    let words: Vec<String> = acts.iter().map(|act| format!("'{}'", act.as_str())).collect();
    let (column, place) = match reach {
        Reach::Region(id) => ("region_id", id.to_string()),
        Reach::Facility(id) => ("facility_id", id.to_string()),
    };
    let sql = format!(
        "SELECT e.at, e.actor, w.actor, e.what FROM log_entry e LEFT JOIN log_words w ON w.entry_id = e.id \
         WHERE e.object_id = $1 AND e.{column} = $2 AND e.what IN ({}) ORDER BY e.id DESC LIMIT 1",
        words.join(", ")
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(object.to_owned()).bind(place).fetch_optional(store.read()).await?;
    let Some(row) = row else { return Ok(None) };
    let what = What::from_word(row.try_get(3)?).ok_or_else(|| rows::decode_error("log_entry.what"))?;
    Ok(Some((what, View { at: Timestamp::from_seconds(row.try_get(0)?), actor: row.try_get(1)?, name: row.try_get(2)? })))
}

/// What the last proof of the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainState {
    /// Nobody has looked yet: that is no pass.
    Unproven,
    /// It held, up to this entry.
    Whole {
        /// Last entry proven.
        seq: i64,
        /// When.
        at: Timestamp,
    },
    /// It did not hold, from this entry on.
    Broken {
        /// First entry that does not hold.
        seq: i64,
        /// When that was found.
        at: Timestamp,
    },
}

const STATE: &str = "log_state";

/// What the last proof found.
pub async fn state(store: &Store) -> Result<ChainState, Error> {
    let text = meta::find(store, STATE).await?.unwrap_or_default();
    let mut parts = text.split(' ');
    let word = parts.next().unwrap_or_default().to_owned();
    let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
    Ok(match (word.as_str(), number(), number()) {
        ("whole", Some(seq), Some(at)) => ChainState::Whole { seq, at: Timestamp::from_seconds(at) },
        ("broken", Some(seq), Some(at)) => ChainState::Broken { seq, at: Timestamp::from_seconds(at) },
        _ => ChainState::Unproven,
    })
}

/// Notes what a proof found.
pub async fn set_state(tx: &mut Tx, state: &ChainState) -> Result<(), Error> {
    let text = match state {
        ChainState::Unproven => String::new(),
        ChainState::Whole { seq, at } => format!("whole {seq} {}", at.seconds()),
        ChainState::Broken { seq, at } => format!("broken {seq} {}", at.seconds()),
    };
    meta::put(tx, STATE, &text).await
}
