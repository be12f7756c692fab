//! Who has read a notice, as the 事務局 asks: facility by facility, and in numbers. A facility has confirmed one when somebody there has.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row as _};

use super::{Found, Reading, is_for, reading};
use crate::domain::ids::{FacilityId, NoticeId, RegionId};
use crate::domain::people::Role;
use crate::store::facility::TAKES_PART;
use crate::store::{Error, Store, rows};

/// How far a facility is with a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Nobody there has opened it.
    Not,
    /// Somebody has, and nobody has confirmed it.
    Only,
    /// Somebody has confirmed it.
    Confirmed,
}

impl Opened {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Not, Self::Only, Self::Confirmed];

    /// The word in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Not => "unread",
            Self::Only => "opened",
            Self::Confirmed => "confirmed",
        }
    }

    /// From what the readers at a facility did.
    pub fn by(readers: &[Reader]) -> Self {
        if readers.iter().any(|reader| reader.reading.confirmed.is_some()) {
            Self::Confirmed
        } else if readers.iter().any(|reader| reader.reading.opened.is_some()) {
            Self::Only
        } else {
            Self::Not
        }
    }

    fn condition(self) -> String {
        let read =
            |which: &str| format!("EXISTS (SELECT 1 FROM notice_reading r WHERE r.notice_id = n.id AND r.facility_id = f.id{which})");
        match self {
            Self::Not => format!("NOT {}", read("")),
            Self::Only => format!("{} AND NOT {}", read(""), read(" AND r.confirmed_at IS NOT NULL")),
            Self::Confirmed => read(" AND r.confirmed_at IS NOT NULL"),
        }
    }
}

/// Facilities that a notice is for, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: i64,
    /// Those where somebody opened it, and nobody confirmed it.
    pub opened: i64,
    /// Those where somebody confirmed it.
    pub confirmed: i64,
}

impl Counts {
    /// Those where nobody has opened it.
    pub const fn unread(&self) -> i64 {
        self.all - self.opened - self.confirmed
    }
}

/// Those that take part, and those that read it while they did.
fn reachable() -> String {
    format!("(f.state IN {TAKES_PART} OR EXISTS (SELECT 1 FROM notice_reading t WHERE t.notice_id = n.id AND t.facility_id = f.id))")
}

/// Counts them, for each of some notices of a region.
pub async fn count_all(store: &Store, region: RegionId, notices: &[Found]) -> Result<Vec<Counts>, Error> {
    let sql = format!("SELECT COUNT(*) FROM facility WHERE region_id = $1 AND state IN {TAKES_PART}");
    let taking_part: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).bind(region.to_string()).fetch_one(store.read()).await?;
    let mut counted = Vec::with_capacity(notices.len());
    for found in notices {
        counted.push(if found.whole {
            let (read, confirmed) = found.read;
            Counts { all: taking_part + count_gone(store, region, found.notice.id).await?, opened: read - confirmed, confirmed }
        } else {
            count(store, found.notice.id).await?
        });
    }
    Ok(counted)
}

/// Facilities that read a notice and take part no more.
async fn count_gone(store: &Store, region: RegionId, id: NoticeId) -> Result<i64, Error> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM facility f WHERE f.region_id = $1 AND f.state = 'left' \
         AND EXISTS (SELECT 1 FROM notice_reading r WHERE r.notice_id = $2 AND r.facility_id = f.id)",
    )
    .bind(region.to_string())
    .bind(id.to_string())
    .fetch_one(store.read())
    .await
}

/// Counts those of a notice for some places, facility by facility.
async fn count(store: &Store, id: NoticeId) -> Result<Counts, Error> {
    let all = format!(
        "SELECT COUNT(*) FROM notice n JOIN facility f ON f.region_id = n.region_id WHERE n.id = $1 AND {} AND {}",
        is_for("f.id"),
        reachable()
    );
    let all: i64 = sqlx::query_scalar(AssertSqlSafe(all)).bind(id.to_string()).fetch_one(store.read()).await?;
    let read = format!(
        "SELECT COUNT(DISTINCT r.facility_id), COUNT(DISTINCT CASE WHEN r.confirmed_at IS NOT NULL THEN r.facility_id END) \
         FROM notice n JOIN notice_reading r ON r.notice_id = n.id WHERE n.id = $1 AND {}",
        is_for("r.facility_id")
    );
    let (read, confirmed): (i64, i64) = sqlx::query_as(AssertSqlSafe(read)).bind(id.to_string()).fetch_one(store.read()).await?;
    Ok(Counts { all, opened: read - confirmed, confirmed })
}

/// Facilities that a notice of a region is for and that are so far with it (`None`: however far), in order of id.
pub async fn list_facilities(
    store: &Store,
    (region, id): (RegionId, NoticeId),
    is: Option<Opened>,
    (after, limit): (Option<FacilityId>, u16),
) -> Result<Vec<(FacilityId, String)>, Error> {
    let state = is.map(|is| format!(" AND {}", is.condition())).unwrap_or_default();
    let sql = format!(
        "SELECT f.id, f.name FROM notice n JOIN facility f ON f.region_id = n.region_id WHERE n.id = $1 AND n.region_id = $2 AND f.id > $3 \
         AND {} AND {}{state} ORDER BY f.id LIMIT $4",
        is_for("f.id"),
        reachable()
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.to_string())
        .bind(region.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(|row| Ok((row.try_get::<&str, _>(0)?.parse().map_err(|_| rows::decode_error("facility.id"))?, row.try_get(1)?)))
        .collect()
}

/// Somebody at a facility, and what they did with a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Name.
    pub name: String,
    /// Role there.
    pub role: Role,
    /// What they did.
    pub reading: Reading,
}

/// Readers by facility.
pub type Readings = HashMap<FacilityId, Vec<Reader>>;

/// Those in charge of some facilities, and whoever read it there and is not any more.
pub async fn list_readers(store: &Store, id: NoticeId, facilities: &[FacilityId]) -> Result<Readings, Error> {
    let mut found = Readings::new();
    for group in facilities.chunks(rows::MOST) {
        let id_at = group.len().next_power_of_two() + 1;
        let head = format!(
            "SELECT p.facility_id, p.name, p.role, r.opened_at, r.confirmed_at FROM person p LEFT JOIN notice_reading r ON r.notice_id = ${id_at} \
             AND r.person_id = p.id AND r.facility_id = p.facility_id WHERE (r.person_id IS NOT NULL OR p.disabled_at IS NULL \
             AND p.role IN ('head', 'administrator', 'deputy')) AND p.facility_id IN "
        );
        let mut sql = rows::with_list(&head, group.len());
        sql.push_str(" ORDER BY p.role, p.id");
        let ids: Vec<String> = group.iter().map(FacilityId::to_string).collect();
        for row in rows::text_list_query(sql, &ids).bind(id.to_string()).fetch_all(store.read()).await? {
            let facility = row.try_get::<&str, _>(0)?.parse().map_err(|_| rows::decode_error("person.facility_id"))?;
            let role = Role::from_code(row.try_get(2)?).ok_or_else(|| rows::decode_error("person.role"))?;
            found.entry(facility).or_default().push(Reader { name: row.try_get(1)?, role, reading: reading(&row, 3)? });
        }
    }
    Ok(found)
}
