//! Papers of which the clock has something to tell that nobody was told yet.

use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::state;
use super::sums::SOON_DAYS;
use crate::domain::ids::{FacilityId, PaperId, PersonId};
use crate::domain::paper::{Kind, State};
use crate::store::{Error, Store, rows};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Which.
    pub id: PaperId,
    /// Whose.
    pub facility: FacilityId,
    /// What it is.
    pub kind: Kind,
    /// How it stands.
    pub state: State,
    /// When its period ends.
    pub until: Timestamp,
    /// Whether it is over.
    pub over: bool,
    /// The account of whom it is for.
    pub applicant: Option<PersonId>,
}

impl Untold {
    /// What `store::told` calls what is to be told: another end is told anew.
    pub fn step(&self) -> String {
        format!("{} {}", if self.over { "over" } else { "soon" }, self.until.seconds())
    }
}

/// Personal devices whose approval ends within a week or has ended, and what was taken out and is not back, those that ended first.
pub async fn list_untold(store: &Store, now: Timestamp, limit: u16) -> Result<Vec<Untold>, Error> {
    sqlx::query(
        "SELECT p.id, p.facility_id, p.state, p.until_at, p.applicant_id, p.kind FROM paper p WHERE p.open = 1 AND p.until_at <= $2 \
         AND (p.state = 'in_use' OR p.until_at <= $1 AND (p.state IN ('out', 'extending') OR p.state = 'exempt' AND p.kind = 'take_out')) \
         AND NOT EXISTS (SELECT 1 FROM told t \
           WHERE t.about = p.id AND t.step = CASE WHEN p.until_at <= $1 THEN 'over ' ELSE 'soon ' END || CAST(p.until_at AS TEXT)) \
         ORDER BY p.until_at, p.id LIMIT $3",
    )
    .bind(now.seconds())
    .bind(now.plus_days(SOON_DAYS).seconds())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let until = Timestamp::from_seconds(row.try_get(3)?);
        let applicant = row.try_get::<Option<String>, _>(4)?.map(|id| id.parse().map_err(|_| rows::decode_error("paper.applicant_id")));
        Ok(Untold {
            id: rows::parsed(row, 0, "paper.id")?,
            facility: rows::parsed(row, 1, "paper.facility_id")?,
            kind: Kind::from_word(row.try_get(5)?).ok_or_else(|| rows::decode_error("paper.kind"))?,
            state: state(row.try_get(2)?)?,
            until,
            over: until <= now,
            applicant: applicant.transpose()?,
        })
    })
    .collect()
}
