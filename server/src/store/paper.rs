//! Papers and their steps. Whatever files a paper or moves one on does so under `Store::begin_ledger`, so that of two people who
//! decide at once the second sees what the first did.
//!
//! Invariant: a paper's state is that of its last step, and steps are only ever added; a paper goes as a whole when it has been kept long
//! enough (`retention`).

mod attachment;
mod contact;
mod list;
mod missing;
mod permitted;
mod renewed;
mod reported;
mod secretariat;
mod sums;
mod untold;

pub use attachment::{
    Added, Attachment, NewAttachment, Removed, find_body, insert_attachment, list_attachments, list_attachments_between, remove_attachment,
};
pub use contact::{Contact, NewContact, confirm_contact, delete_old_contacts, find_by_way, find_contact, find_way, insert_contact};
pub use list::{
    Filter, Past, find_incident_of_loss, find_numbered, find_own, history, list, list_between, list_in_force, list_incidents_about,
    list_open, list_open_incidents, list_restrictions, list_to_end,
};
pub use missing::{Missing, list_missing};
pub(super) use permitted::put_permitted;
pub use permitted::{count_permitted, list_permitted};
pub use renewed::{Renewed, list_renewed};
pub use reported::list_reported;
pub(super) use secretariat::note_own_at;
pub use secretariat::{count_for_secretariat, list_for_secretariat};
pub use sums::{OpenCount, count_exempt, count_incidents, count_measures, count_open, list_never_filed};
pub use untold::{Untold, list_untold};

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx, rows};
use crate::domain::act::Actor;
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::{DeviceId, ExceptionId, FacilityId, PaperId, PersonId, RegionId};
use crate::domain::paper::{Act, Applicant, Kind, Moved, Paper, Period, State, Values, Wish};

/// A paper about to be filed.
#[derive(Debug)]
pub struct NewPaper<'a> {
    /// Its id.
    pub id: PaperId,
    /// Where.
    pub region: RegionId,
    /// Whose.
    pub facility: FacilityId,
    /// What kind.
    pub kind: Kind,
    /// What was filled in.
    pub wish: &'a Wish,
    /// The account of whom it is for.
    pub applicant: Option<PersonId>,
    /// The 災害時特例 under which it goes ahead.
    pub exception: Option<ExceptionId>,
    /// Hash of the applicant's own link, where it is filed without an account.
    pub own_hash: Option<&'a str>,
    /// Who enters it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// The device a paper is about, as the ledger has it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// How it stands.
    pub standing: Standing,
}

/// A paper and its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The paper.
    pub paper: Paper,
    /// The device it is about.
    pub device: Option<About>,
}

const COLUMNS: &str = "SELECT p.id, p.kind, p.number, p.state, p.applicant, p.applicant_id, p.device_id, p.from_at, p.until_at, p.asked_until, \
    p.fields, p.filed_at, p.version, d.label, d.ownership, d.standing, p.exception_id, p.last_on \
    FROM paper p LEFT JOIN device d ON d.id = p.device_id";
/// How many columns that is.
const WIDTH: usize = 18;

/// Files a paper; its number.
pub async fn insert(tx: &mut Tx, new: &NewPaper<'_>) -> Result<i64, Error> {
    // No number is given out twice, also when the paper that had it is kept no longer.
    let number: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(number), 0) + 1 FROM (SELECT number FROM paper WHERE facility_id = $1 AND kind = $2 \
         UNION ALL SELECT number FROM paper_number WHERE facility_id = $1 AND kind = $2) AS given",
    )
    .bind(new.facility.to_string())
    .bind(new.kind.as_str())
    .fetch_one(&mut **tx)
    .await?;
    let state = new.kind.first_state(matches!(new.by, Actor::Stranger | Actor::Collector), new.exception.is_some());
    sqlx::query(
        "INSERT INTO paper (id, region_id, facility_id, kind, number, state, open, applicant, applicant_id, device_id, from_at, until_at, \
         fields, filed_at, last_on, entered_at, version, exception_id, own_hash) \
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13, $13, $14, 0, $15, $16)",
    )
    .bind(new.id.to_string())
    .bind(new.region.to_string())
    .bind(new.facility.to_string())
    .bind(new.kind.as_str())
    .bind(number)
    .bind(state.as_str())
    .bind(new.wish.applicant.clone())
    .bind(new.applicant.map(|id| id.to_string()))
    .bind(new.wish.device.map(|id| id.to_string()))
    .bind(new.wish.period.from.seconds())
    .bind(new.wish.period.until.seconds())
    .bind(encoded(new.wish)?)
    .bind(new.wish.on.unwrap_or(new.at).seconds())
    .bind(new.at.seconds())
    .bind(new.exception.filter(|_| state == State::Exempt).map(|id| id.to_string()))
    .bind(new.own_hash.map(str::to_owned))
    .execute(&mut **tx)
    .await?;
    secretariat::note_own(tx, new.id).await?;
    insert_step(tx, (new.id, 0), &filed(Act::File, state, new.wish, new.at), new.by).await?;
    Ok(number)
}

/// Files a paper again that was sent back, as it was filled in now; the step's `why` says what stood there before. `false`: somebody else
/// acted first.
pub async fn refile(
    tx: &mut Tx,
    paper: &Paper,
    (wish, applicant): (&Wish, Option<PersonId>),
    exception: Option<ExceptionId>,
    (by, at, why): (Actor, Timestamp, String),
) -> Result<bool, Error> {
    let state = paper.kind.first_state(false, exception.is_some());
    let moved = Moved { exception: exception.filter(|_| state == State::Exempt), why, ..filed(Act::FileAgain, state, wish, at) };
    if !move_on(tx, paper, &moved, by).await? {
        return Ok(false);
    }
    sqlx::query("UPDATE paper SET applicant = $2, applicant_id = $3, device_id = $4, fields = $5, filed_at = $6 WHERE id = $1")
        .bind(paper.id.to_string())
        .bind(wish.applicant.clone())
        .bind(applicant.map(|id| id.to_string()))
        .bind(wish.device.map(|id| id.to_string()))
        .bind(encoded(wish)?)
        .bind(wish.on.unwrap_or(at).seconds())
        .execute(&mut **tx)
        .await?;
    secretariat::note_own(tx, paper.id).await?;
    Ok(true)
}

fn filed(act: Act, to: State, wish: &Wish, at: Timestamp) -> Moved {
    Moved {
        act,
        to,
        period: wish.period,
        device: None,
        asked_until: None,
        exception: None,
        at,
        on: wish.on,
        why: String::new(),
        checker: String::new(),
        added: Values::new(),
    }
}

fn encoded(wish: &Wish) -> Result<String, Error> {
    serde_json::to_string(&wish.values).map_err(|e| Error::Encode(Box::new(e)))
}

/// Takes a step with a paper as it was seen. `false`: somebody else acted first.
pub async fn move_on(tx: &mut Tx, paper: &Paper, moved: &Moved, by: Actor) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE paper SET state = $1, open = $2, from_at = $3, until_at = $4, asked_until = $5, version = version + 1, \
         exception_id = COALESCE($9, exception_id), last_on = $10 WHERE id = $6 AND version = $7 AND state = $8",
    )
    .bind(moved.to.as_str())
    .bind(i64::from(!moved.to.is_final()))
    .bind(moved.period.from.seconds())
    .bind(moved.period.until.seconds())
    .bind(moved.asked_until.map(Timestamp::seconds))
    .bind(paper.id.to_string())
    .bind(paper.version)
    .bind(paper.state.as_str())
    .bind(moved.exception.map(|id| id.to_string()))
    .bind(moved.on.unwrap_or(moved.at).seconds())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    if !moved.added.is_empty() {
        let values: Values = paper.values.iter().chain(&moved.added).map(|(name, value)| (name.clone(), value.clone())).collect();
        let fields = serde_json::to_string(&values).map_err(|e| Error::Encode(Box::new(e)))?;
        sqlx::query("UPDATE paper SET fields = $2 WHERE id = $1").bind(paper.id.to_string()).bind(fields).execute(&mut **tx).await?;
    }
    if let Some(device) = moved.device {
        sqlx::query("UPDATE paper SET device_id = $2 WHERE id = $1")
            .bind(paper.id.to_string())
            .bind(device.to_string())
            .execute(&mut **tx)
            .await?;
    }
    if [paper.state, moved.to].contains(&State::InUse) {
        permitted::note_permit(tx, paper.id).await?;
    }
    insert_step(tx, (paper.id, paper.version + 1), moved, by).await?;
    Ok(true)
}

async fn insert_step(tx: &mut Tx, (paper, n): (PaperId, i64), moved: &Moved, by: Actor) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO paper_step (paper_id, n, act, state, at, on_day, by_whom, why, checker) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(paper.to_string())
    .bind(n)
    .bind(moved.act.as_str())
    .bind(moved.to.as_str())
    .bind(moved.at.seconds())
    .bind(moved.on.map(Timestamp::seconds))
    .bind(by.to_word())
    .bind(moved.why.clone())
    .bind(moved.checker.clone())
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// The number of an open paper of this kind about the same device whose period has a day in common; `except` is the paper itself.
pub async fn overlapping(
    tx: &mut Tx,
    facility: FacilityId,
    (kind, device, period): (Kind, DeviceId, Period),
    except: Option<PaperId>,
) -> Result<Option<i64>, Error> {
    sqlx::query_scalar(
        "SELECT MIN(number) FROM paper WHERE facility_id = $1 AND kind = $2 AND device_id = $3 AND open = 1 AND state <> 'sent_back' \
         AND from_at < $4 AND until_at > $5 AND id <> $6",
    )
    .bind(facility.to_string())
    .bind(kind.as_str())
    .bind(device.to_string())
    .bind(period.until.seconds())
    .bind(period.from.seconds())
    .bind(except.map(|id| id.to_string()).unwrap_or_default())
    .fetch_one(&mut **tx)
    .await
}

/// One paper of a facility.
pub async fn find(store: &Store, facility: FacilityId, id: PaperId) -> Result<Option<Found>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE p.facility_id = $1 AND p.id = $2")))
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Found, Error> {
    let id = |text: &str| text.parse().map_err(|_| rows::decode_error("paper.device_id"));
    let device = match row.try_get::<Option<String>, _>(13)? {
        None => None,
        Some(label) => Some(About {
            label,
            ownership: Ownership::from_word(row.try_get(14)?).ok_or_else(|| rows::decode_error("device.ownership"))?,
            standing: Standing::from_word(row.try_get(15)?).ok_or_else(|| rows::decode_error("device.standing"))?,
        }),
    };
    let person = row.try_get::<Option<String>, _>(5)?.map(|id| id.parse().map_err(|_| rows::decode_error("paper.applicant_id")));
    let paper = Paper {
        id: rows::parsed(row, 0, "paper.id")?,
        kind: kind(row.try_get(1)?)?,
        number: row.try_get(2)?,
        state: state(row.try_get(3)?)?,
        applicant: Applicant { name: row.try_get(4)?, person: person.transpose()? },
        device: row.try_get::<Option<String>, _>(6)?.as_deref().map(id).transpose()?,
        period: Period { from: Timestamp::from_seconds(row.try_get(7)?), until: Timestamp::from_seconds(row.try_get(8)?) },
        asked_until: row.try_get::<Option<i64>, _>(9)?.map(Timestamp::from_seconds),
        values: serde_json::from_str(row.try_get(10)?).map_err(|_| rows::decode_error("paper.fields"))?,
        exception: row
            .try_get::<Option<String>, _>(16)?
            .map(|id| id.parse().map_err(|_| rows::decode_error("paper.exception_id")))
            .transpose()?,
        filed_at: Timestamp::from_seconds(row.try_get(11)?),
        last_on: Timestamp::from_seconds(row.try_get(17)?),
        version: row.try_get(12)?,
    };
    Ok(Found { paper, device })
}

fn kind(word: &str) -> Result<Kind, Error> {
    Kind::from_word(word).ok_or_else(|| rows::decode_error("paper.kind"))
}

fn state(word: &str) -> Result<State, Error> {
    State::from_word(word).ok_or_else(|| rows::decode_error("paper.state"))
}
