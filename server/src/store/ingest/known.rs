//! A device as the writer knows it inside a transaction: ledger, present verdict and taken keys, read by key.

use std::collections::HashMap;
use std::sync::Arc;

use hashimori_shared::ids::{ReportDigest, VerdictDigest};
use hashimori_shared::report::DeviceClass;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::keys::Keys;
use crate::domain::device::{ClassWord, DeviceN, Ownership, Standing};
use crate::domain::judge::Own;
use crate::store::rollup::Place;
use crate::store::rows::{self, decode_error};
use crate::store::{Error, Tx, own_rules};

/// What the ledger and the last verdict say of a device.
#[derive(Clone, Debug)]
pub(in crate::store) struct Known {
    pub(in crate::store) n: DeviceN,
    pub(in crate::store) facility: Arc<str>,
    pub(in crate::store) region: Arc<str>,
    pub(in crate::store) pack: Arc<str>,
    /// The facility's own rules in force.
    pub(in crate::store) own: Option<Own>,
    pub(in crate::store) standing: Standing,
    pub(in crate::store) ownership: Ownership,
    pub(in crate::store) class: DeviceClass,
    /// Whether a 個人所有機器利用申請 for it is 利用中.
    pub(in crate::store) permitted: bool,
    /// JST day under which the roll-ups count it; -1: never seen.
    pub(in crate::store) day: i64,
    pub(in crate::store) dropped: i64,
    /// Tail row up to which the folded side is folded.
    pub(in crate::store) upto: i64,
    pub(in crate::store) keys: Keys,
    pub(in crate::store) current: Option<Current>,
}

/// The present verdict's particulars.
#[derive(Clone, Debug)]
pub(in crate::store) struct Current {
    pub(in crate::store) digest: Option<ReportDigest>,
    pub(in crate::store) headline: State,
    pub(in crate::store) since: Timestamp,
    pub(in crate::store) states: String,
    pub(in crate::store) verdict_digest: VerdictDigest,
    /// Version and platform of the agent that made the report judged.
    pub(in crate::store) agent: String,
}

impl Known {
    /// Where the roll-ups count it.
    pub(in crate::store) fn place(&self) -> Place<'_> {
        Place {
            facility: &self.facility,
            region: &self.region,
            standing: self.standing,
            headline: self.current.as_ref().map(|c| c.headline),
            states: self.current.as_ref().map_or("", |c| c.states.as_str()),
            day: self.day,
            agent: self.current.as_ref().map_or("", |c| c.agent.as_str()),
            permit: self.permitted.then_some(self.n),
        }
    }
}

/// Reads the devices with these numbers; one that does not exist is left out.
pub(in crate::store) async fn load(tx: &mut Tx, wanted: &[DeviceN], into: &mut HashMap<DeviceN, Known>) -> Result<(), Error> {
    for group in wanted.chunks(rows::MOST) {
        let sql = rows::with_list(
            "SELECT d.n, d.facility_id, d.region_id, g.pack, d.standing, d.ownership, \
             e.day, e.dropped, e.upto, e.keys, \
             s.headline, s.digest, s.since, s.states, s.verdict_digest, d.class, s.agent, o.own_rules_id, o.accepted, o.rules, \
             CASE WHEN EXISTS (SELECT 1 FROM permit p WHERE p.n = d.n) THEN 1 ELSE 0 END \
             FROM device d JOIN region g ON g.id = d.region_id \
             LEFT JOIN device_seen e ON e.n = d.n LEFT JOIN device_state s ON s.n = d.n \
             LEFT JOIN own_rules_in_force o ON o.facility_id = d.facility_id WHERE d.n IN ",
            group.len(),
        );
        let ids: Vec<i64> = group.iter().map(|d| d.0).collect();
        for row in rows::list_query(sql, &ids).fetch_all(&mut **tx).await? {
            let known = known(&row)?;
            into.insert(known.n, known);
        }
    }
    Ok(())
}

fn known(row: &AnyRow) -> Result<Known, Error> {
    let standing: &str = row.try_get(4)?;
    let ownership: &str = row.try_get(5)?;
    let keys = row.try_get::<Option<&[u8]>, _>(9)?.map_or_else(|| Some(Keys::default()), Keys::decode);
    Ok(Known {
        n: DeviceN(row.try_get(0)?),
        facility: row.try_get::<&str, _>(1)?.into(),
        region: row.try_get::<&str, _>(2)?.into(),
        pack: row.try_get::<&str, _>(3)?.into(),
        own: row.try_get::<Option<&str>, _>(17)?.map(|filing| own(filing, row)).transpose()?,
        standing: Standing::from_word(standing).ok_or_else(|| decode_error("device.standing"))?,
        ownership: Ownership::from_word(ownership).ok_or_else(|| decode_error("device.ownership"))?,
        class: ClassWord::from_word(row.try_get(15)?).unwrap_or(ClassWord::Unclear).into(),
        permitted: row.try_get::<i64, _>(20)? != 0,
        day: row.try_get::<Option<i64>, _>(6)?.unwrap_or(-1),
        dropped: row.try_get::<Option<i64>, _>(7)?.unwrap_or(0),
        upto: row.try_get::<Option<i64>, _>(8)?.unwrap_or(0),
        keys: keys.ok_or_else(|| decode_error("device_seen.keys"))?,
        current: row.try_get::<Option<i64>, _>(10)?.map(|_| current(row)).transpose()?,
    })
}

fn own(filing: &str, row: &AnyRow) -> Result<Own, Error> {
    Ok(Own { filing: filing.into(), accepted: own_rules::accepted(row.try_get(18)?), text: row.try_get::<&str, _>(19)?.into() })
}

fn current(row: &AnyRow) -> Result<Current, Error> {
    let digest = row.try_get::<Option<&[u8]>, _>(11)?.map(<[u8; 32]>::try_from).transpose();
    let verdict_digest: &[u8] = row.try_get(14)?;
    Ok(Current {
        digest: digest.map_err(|_| decode_error("device_state.digest"))?.map(ReportDigest::from_bytes),
        headline: State::from_code(row.try_get(10)?).ok_or_else(|| decode_error("device_state.headline"))?,
        since: Timestamp::from_seconds(row.try_get(12)?),
        states: row.try_get(13)?,
        verdict_digest: VerdictDigest::from_bytes(verdict_digest.try_into().map_err(|_| decode_error("device_state.verdict_digest"))?),
        agent: row.try_get(16)?,
    })
}
