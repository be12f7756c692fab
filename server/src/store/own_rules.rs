//! 事業所の定め (§26): filings, which only change their stage, and for each facility the one that its devices are judged with.

use std::sync::Arc;

use hashimori_shared::pack::{OwnParameter, OwnRules};
use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::ingest::DUE_BY_RULES;
use super::{Error, Store, Tx, rows};
use crate::domain::ids::{FacilityId, OwnRulesId, PersonId, RegionId};
use crate::domain::judge::Own;
use crate::domain::own_rules::{Draft, Stage, Step};

/// A filing about to be kept.
#[derive(Debug)]
pub struct NewOwnRules<'a> {
    /// Its id.
    pub id: OwnRulesId,
    /// Its region.
    pub region: RegionId,
    /// Whose rules.
    pub facility: FacilityId,
    /// Who files them.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Pack and revision they were written over.
    pub pack: &'a str,
    /// What.
    pub draft: &'a Draft,
}

/// A filing on file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its id.
    pub id: OwnRulesId,
    /// Its number within the facility, from 1.
    pub number: i64,
    /// Whose rules.
    pub facility: FacilityId,
    /// The facility's name.
    pub facility_name: String,
    /// How it stands.
    pub stage: Stage,
    /// What was filed; `None`: no longer readable.
    pub rules: Option<OwnRules>,
    /// Whether it needs the 事務局's acceptance.
    pub loosens: bool,
    /// Pack and revision it was written over.
    pub pack: String,
    /// Filed.
    pub filed: Mark,
    /// Accepted or refused.
    pub decided: Option<Mark>,
    /// Withdrawn or superseded.
    pub ended: Option<Mark>,
}

/// When something became of a filing, by whom, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// Who; `None`: no longer on file.
    pub by: Option<String>,
    /// Stored word of who.
    pub by_word: String,
    /// Why; empty: no reason on file.
    pub why: String,
}

/// Who takes a step with a filing, when, and why.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: &'a str,
}

/// Keeps a filing (in a transaction of `Store::begin_ledger`) in place of those before it; its number. `None`: the same rules are
/// filed already.
pub async fn insert(tx: &mut Tx, new: &NewOwnRules<'_>) -> Result<Option<i64>, Error> {
    let (stage, text) = (Stage::of_new(&new.draft.looser), new.draft.rules.to_text());
    let looser = new.draft.looser.iter().map(|parameter| parameter.key()).collect::<Vec<_>>().join(" ");
    let same: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM own_rules WHERE facility_id = $1 AND rules = $2 AND (stage = $3 OR stage = $4 AND looser = $5)",
    )
    .bind(new.facility.to_string())
    .bind(text.clone())
    .bind(Stage::Waiting.as_str())
    .bind(Stage::InForce.as_str())
    .bind(looser.clone())
    .fetch_one(&mut **tx)
    .await?;
    if same > 0 {
        return Ok(None);
    }
    // What waits would undo this one if it were accepted later.
    let hand = Hand { by: new.by, at: new.at, why: "" };
    supersede(tx, new.facility, Stage::Waiting, hand).await?;
    let number: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(number), 0) + 1 FROM (SELECT number FROM own_rules WHERE facility_id = $1 \
         UNION ALL SELECT number FROM paper_number WHERE facility_id = $1 AND kind = 'own_rules') AS given",
    )
    .bind(new.facility.to_string())
    .fetch_one(&mut **tx)
    .await?;
    if stage == Stage::InForce {
        supersede(tx, new.facility, Stage::InForce, hand).await?;
    }
    sqlx::query(
        "INSERT INTO own_rules (id, number, region_id, facility_id, stage, rules, looser, pack, reason, filed_at, filed_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(new.id.to_string())
    .bind(number)
    .bind(new.region.to_string())
    .bind(new.facility.to_string())
    .bind(stage.as_str())
    .bind(text)
    .bind(looser)
    .bind(new.pack.to_owned())
    .bind(new.draft.reason.clone())
    .bind(new.at.seconds())
    .bind(new.by.to_string())
    .execute(&mut **tx)
    .await?;
    if stage == Stage::InForce {
        take_effect(tx, new.facility, new.id).await?;
    }
    Ok(Some(number))
}

/// Takes a step with a filing of a facility (in a transaction of `Store::begin_ledger`); the number of the filing. `None`: there is no
/// such filing there, or it does not stand so any more.
pub async fn step(tx: &mut Tx, facility: FacilityId, id: OwnRulesId, step: Step, hand: Hand<'_>) -> Result<Option<i64>, Error> {
    let row = sqlx::query("SELECT number, stage FROM own_rules WHERE facility_id = $1 AND id = $2")
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (number, was) = (row.try_get(0)?, stage(row.try_get(1)?)?);
    let Ok(now) = was.after(step) else { return Ok(None) };
    let sql = match step {
        Step::Accept | Step::Refuse => "UPDATE own_rules SET stage = $2, decided_at = $3, decided_by = $4, decision = $5 WHERE id = $1",
        Step::Withdraw | Step::Supersede => "UPDATE own_rules SET stage = $2, ended_at = $3, ended_by = $4, ended_why = $5 WHERE id = $1",
    };
    if now == Stage::InForce {
        supersede(tx, facility, Stage::InForce, hand).await?;
    }
    sqlx::query(sql)
        .bind(id.to_string())
        .bind(now.as_str())
        .bind(hand.at.seconds())
        .bind(hand.by.to_string())
        .bind(hand.why.to_owned())
        .execute(&mut **tx)
        .await?;
    if now == Stage::InForce {
        take_effect(tx, facility, id).await?;
    } else if was == Stage::InForce {
        sqlx::query("DELETE FROM own_rules_in_force WHERE facility_id = $1").bind(facility.to_string()).execute(&mut **tx).await?;
        judge_anew(tx, facility).await?;
    }
    Ok(Some(number))
}

async fn supersede(tx: &mut Tx, facility: FacilityId, was: Stage, hand: Hand<'_>) -> Result<(), Error> {
    let Ok(now) = was.after(Step::Supersede) else { return Ok(()) };
    sqlx::query("UPDATE own_rules SET stage = $3, ended_at = $4, ended_by = $5, ended_why = '' WHERE facility_id = $1 AND stage = $2")
        .bind(facility.to_string())
        .bind(was.as_str())
        .bind(now.as_str())
        .bind(hand.at.seconds())
        .bind(hand.by.to_string())
        .execute(&mut **tx)
        .await
        .map(drop)
}

async fn take_effect(tx: &mut Tx, facility: FacilityId, id: OwnRulesId) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO own_rules_in_force (facility_id, own_rules_id, accepted, rules) SELECT facility_id, id, looser, rules FROM own_rules \
         WHERE id = $1 ON CONFLICT (facility_id) DO UPDATE SET own_rules_id = excluded.own_rules_id, accepted = excluded.accepted, \
         rules = excluded.rules",
    )
    .bind(id.to_string())
    .execute(&mut **tx)
    .await?;
    judge_anew(tx, facility).await
}

/// Has the facility's devices judged by what is in force from now on, by whichever process comes first.
async fn judge_anew(tx: &mut Tx, facility: FacilityId) -> Result<(), Error> {
    sqlx::query("UPDATE device_state SET next_change_at = $1 WHERE n IN (SELECT n FROM device WHERE facility_id = $2)")
        .bind(DUE_BY_RULES)
        .bind(facility.to_string())
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// What a facility's devices are judged with, beside the region's pack.
pub async fn in_force(db: impl Executor<'_, Database = Any>, facility: FacilityId) -> Result<Option<Own>, Error> {
    let row = sqlx::query("SELECT own_rules_id, accepted, rules FROM own_rules_in_force WHERE facility_id = $1")
        .bind(facility.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(own).transpose()
}

/// A page of the facilities of a region that are judged with rules of their own, and those; `after` is the last one of the page before.
pub async fn list_in_force(
    store: &Store,
    region: RegionId,
    after: Option<FacilityId>,
    limit: u16,
) -> Result<Vec<(FacilityId, Own)>, Error> {
    sqlx::query(
        "SELECT i.own_rules_id, i.accepted, i.rules, i.facility_id FROM own_rules_in_force i JOIN facility f ON f.id = i.facility_id \
         WHERE f.region_id = $1 AND i.facility_id > $2 ORDER BY i.facility_id LIMIT $3",
    )
    .bind(region.to_string())
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| Ok((row.try_get::<&str, _>(3)?.parse().map_err(|_| rows::decode_error("own_rules_in_force.facility_id"))?, own(row)?)))
    .collect()
}

/// A filing of a facility as devices were judged with it, in force or not.
pub async fn find(store: &Store, facility: FacilityId, id: OwnRulesId) -> Result<Option<(i64, Own)>, Error> {
    let row = sqlx::query("SELECT id, looser, rules, number FROM own_rules WHERE facility_id = $1 AND id = $2")
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(|row| Ok((row.try_get(3)?, own(row)?))).transpose()
}

/// The parameters behind stored keys; one that no edition knows any more loosens nothing.
pub(super) fn accepted(keys: &str) -> Arc<[OwnParameter]> {
    keys.split(' ').filter_map(OwnParameter::from_key).collect()
}

fn own(row: &AnyRow) -> Result<Own, Error> {
    Ok(Own { filing: row.try_get::<&str, _>(0)?.into(), accepted: accepted(row.try_get(1)?), text: row.try_get::<&str, _>(2)?.into() })
}

const COLUMNS: &str = "SELECT o.id, o.number, o.facility_id, f.name, o.stage, o.rules, o.looser, o.pack, \
     o.filed_at, p.name, o.reason, o.filed_by, o.decided_at, d.name, o.decision, o.decided_by, o.ended_at, e.name, o.ended_why, o.ended_by \
     FROM own_rules o JOIN facility f ON f.id = o.facility_id LEFT JOIN person p ON p.id = o.filed_by \
     LEFT JOIN person d ON d.id = o.decided_by LEFT JOIN person e ON e.id = o.ended_by ";

/// A facility's filings, newest first.
pub async fn list(store: &Store, facility: FacilityId, limit: u16) -> Result<Vec<Filed>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE o.facility_id = $1 ORDER BY o.number DESC LIMIT $2")))
        .bind(facility.to_string())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(filed)
        .collect()
}

/// What waits for the 事務局 of a region, the oldest first.
pub async fn list_waiting(store: &Store, region: RegionId, limit: u16) -> Result<Vec<Filed>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE o.region_id = $1 AND o.stage = $2 ORDER BY o.id LIMIT $3")))
        .bind(region.to_string())
        .bind(Stage::Waiting.as_str())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(filed)
        .collect()
}

/// A page of a region's filings, newest first; `before` is the last one of the page before.
pub async fn list_in_region(store: &Store, region: RegionId, before: Option<OwnRulesId>, limit: u16) -> Result<Vec<Filed>, Error> {
    // Behind every UUID.
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE o.region_id = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT $3")))
        .bind(region.to_string())
        .bind(before)
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(filed)
        .collect()
}

/// How many filings wait for the 事務局 of a region.
pub async fn count_waiting(store: &Store, region: RegionId) -> Result<i64, Error> {
    sqlx::query_scalar("SELECT count(*) FROM own_rules WHERE region_id = $1 AND stage = $2")
        .bind(region.to_string())
        .bind(Stage::Waiting.as_str())
        .fetch_one(store.read())
        .await
}

fn filed(row: &AnyRow) -> Result<Filed, Error> {
    let mark = |at: usize| -> Result<Option<Mark>, Error> {
        let Some(when) = row.try_get::<Option<i64>, _>(at)? else { return Ok(None) };
        let word = |at: usize| row.try_get::<Option<String>, _>(at).map(Option::unwrap_or_default);
        Ok(Some(Mark { at: Timestamp::from_seconds(when), by: row.try_get(at + 1)?, by_word: word(at + 3)?, why: word(at + 2)? }))
    };
    Ok(Filed {
        id: rows::parsed(row, 0, "own_rules.id")?,
        number: row.try_get(1)?,
        facility: rows::parsed(row, 2, "own_rules.facility_id")?,
        facility_name: row.try_get(3)?,
        stage: stage(row.try_get(4)?)?,
        rules: OwnRules::from_text(row.try_get(5)?),
        loosens: !row.try_get::<&str, _>(6)?.is_empty(),
        pack: row.try_get(7)?,
        filed: mark(8)?.ok_or_else(|| rows::decode_error("own_rules.filed_at"))?,
        decided: mark(12)?,
        ended: mark(16)?,
    })
}

fn stage(word: &str) -> Result<Stage, Error> {
    Stage::from_word(word).ok_or_else(|| rows::decode_error("own_rules.stage"))
}
