//! 自己点検: acts of answering, and the devices each answers for. The writer reads them when it judges a device.

use std::collections::HashMap;

use hashimori_shared::evaluate::Attestation;
use hashimori_shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::ingest::DUE_BY_ANSWER;
use super::{Error, Store, Tx, exclusion, rows};
use crate::domain::device::{DeviceN, Ownership};
use crate::domain::ids::{FacilityId, PersonId, RegionId, SelfCheckId};
use crate::domain::self_check::{Answered, Grade, SelfCheck, attestations};

/// An act about to be kept.
#[derive(Debug)]
pub struct NewSelfCheck<'a> {
    /// Its id.
    pub id: SelfCheckId,
    /// Whose devices.
    pub facility: FacilityId,
    /// Who answers.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub check: &'a SelfCheck,
    /// For these devices of the facility that are in use; `None`: for all of them.
    pub devices: Option<&'a [DeviceN]>,
}

/// An act as the facility's page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Who answered; `None`: no longer on file.
    pub by: Option<String>,
    /// Who looked.
    pub grade: Grade,
    /// Reasons.
    pub note: String,
    /// For how many devices.
    pub devices: i64,
    /// Whether these are people's own devices alone.
    pub personal: bool,
}

/// The columns of a `Line`, of `self_check c LEFT JOIN person p`.
const LINE: &str = "c.at, p.name, c.grade, c.note, (SELECT count(*) FROM self_check_device d WHERE d.self_check_id = c.id), \
     (SELECT count(*) FROM self_check_device d JOIN device v ON v.n = d.n WHERE d.self_check_id = c.id AND v.ownership = 'personal')";

fn line(row: &AnyRow) -> Result<Line, Error> {
    let (devices, personal): (i64, i64) = (row.try_get(4)?, row.try_get(5)?);
    Ok(Line {
        at: Timestamp::from_seconds(row.try_get(0)?),
        by: row.try_get(1)?,
        grade: grade(row.try_get(2)?)?,
        note: row.try_get(3)?,
        devices,
        personal: devices > 0 && personal == devices,
    })
}

/// Keeps an act (in a transaction of `Store::begin_ledger`) and has its devices judged anew; how many it answers for.
pub async fn insert(tx: &mut Tx, new: &NewSelfCheck<'_>) -> Result<u64, Error> {
    let id = new.id.to_string();
    let answers = serde_json::to_string(&new.check.answers).map_err(|e| Error::Encode(Box::new(e)))?;
    sqlx::query("INSERT INTO self_check (id, facility_id, person_id, grade, at, note, answers) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id.as_str())
        .bind(new.facility.to_string())
        .bind(new.person.to_string())
        .bind(new.check.grade.as_str())
        .bind(new.at.seconds())
        .bind(new.check.note.as_str())
        .bind(answers)
        .execute(&mut **tx)
        .await?;
    let all = "INSERT INTO self_check_device (n, self_check_id) SELECT n, $1 FROM device WHERE facility_id = $2 AND standing = 'active'";
    let covered = match new.devices {
        None => sqlx::query(all).bind(id.as_str()).bind(new.facility.to_string()).execute(&mut **tx).await?.rows_affected(),
        Some(devices) => {
            let mut covered = 0;
            for n in devices {
                let one = sqlx::AssertSqlSafe(format!("{all} AND n = $3"));
                let done = sqlx::query(one).bind(id.as_str()).bind(new.facility.to_string()).bind(n.0).execute(&mut **tx).await?;
                covered += done.rows_affected();
            }
            covered
        }
    };
    sqlx::query("UPDATE device_state SET next_change_at = $1 WHERE n IN (SELECT n FROM self_check_device WHERE self_check_id = $2)")
        .bind(DUE_BY_ANSWER)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    if covered > 0 && new.check.says_cannot_set() {
        exclusion::insert_self_check(tx, new.id, covered).await?;
    }
    Ok(covered)
}

/// What people have said about these devices.
pub(super) async fn load(tx: &mut Tx, devices: &[DeviceN]) -> Result<HashMap<DeviceN, Vec<Attestation>>, Error> {
    let mut found: HashMap<DeviceN, Vec<Attestation>> = HashMap::new();
    for group in devices.chunks(rows::MOST) {
        let sql = rows::with_list(
            "SELECT d.n, c.grade, c.at, c.answers FROM self_check_device d JOIN self_check c ON c.id = d.self_check_id WHERE d.n IN ",
            group.len(),
        );
        let ids: Vec<i64> = group.iter().map(|d| d.0).collect();
        for row in rows::list_query(sql, &ids).fetch_all(&mut **tx).await? {
            let grade = grade(row.try_get(1)?)?;
            let answers = serde_json::from_str(row.try_get(3)?).map_err(|_| rows::decode_error("self_check.answers"))?;
            let said = attestations(answers, grade, Timestamp::from_seconds(row.try_get(2)?));
            found.entry(DeviceN(row.try_get(0)?)).or_default().extend(said);
        }
    }
    Ok(found)
}

/// What people had said by `until` about one device of a facility.
pub async fn find_said(store: &Store, facility: FacilityId, device: DeviceN, until: Timestamp) -> Result<Vec<Attestation>, Error> {
    let found = sqlx::query(
        "SELECT c.grade, c.at, c.answers FROM device v JOIN self_check_device d ON d.n = v.n JOIN self_check c ON c.id = d.self_check_id \
         WHERE v.facility_id = $1 AND v.n = $2 AND c.at <= $3",
    )
    .bind(facility.to_string())
    .bind(device.0)
    .bind(until.seconds())
    .fetch_all(store.read())
    .await?;
    let mut said = Vec::new();
    for row in found {
        let answers = serde_json::from_str(row.try_get(2)?).map_err(|_| rows::decode_error("self_check.answers"))?;
        said.extend(attestations(answers, grade(row.try_get(0)?)?, Timestamp::from_seconds(row.try_get(1)?)));
    }
    Ok(said)
}

/// A facility's newest acts.
pub async fn list(store: &Store, facility: FacilityId, limit: u16) -> Result<Vec<Line>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "SELECT {LINE} FROM self_check c LEFT JOIN person p ON p.id = c.person_id WHERE c.facility_id = $1 \
         ORDER BY c.at DESC, c.id DESC LIMIT $2"
    )))
    .bind(facility.to_string())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(line)
    .collect()
}

/// An act with its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its id.
    pub id: String,
    /// The act.
    pub line: Line,
    /// What was answered.
    pub answers: Vec<Answered>,
}

/// A page of a facility's acts within a time, in order of id, which is that of time; `after` is the last one of the page before.
pub async fn list_between(
    store: &Store,
    facility: FacilityId,
    (from, until): (Timestamp, Timestamp),
    after: &str,
    limit: u16,
) -> Result<Vec<Given>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "SELECT {LINE}, c.id, c.answers FROM self_check c LEFT JOIN person p ON p.id = c.person_id \
         WHERE c.facility_id = $1 AND c.id > $2 AND c.at >= $3 AND c.at < $4 ORDER BY c.id LIMIT $5"
    )))
    .bind(facility.to_string())
    .bind(after)
    .bind(from.seconds())
    .bind(until.seconds())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let answers = serde_json::from_str(row.try_get(7)?).map_err(|_| rows::decode_error("self_check.answers"))?;
        Ok(Given { id: row.try_get(6)?, line: line(row)?, answers })
    })
    .collect()
}

/// When somebody last answered for that device of a facility, of those in use, for which it is longest ago; by whose devices they are.
/// `None`: for one of them nobody ever has.
pub async fn oldest_answers(store: &Store, facility: FacilityId) -> Result<Vec<(Ownership, Option<Timestamp>)>, Error> {
    sqlx::query(
        "SELECT x.ownership, MIN(x.latest), COUNT(CASE WHEN x.latest IS NULL THEN 1 END) FROM (SELECT v.ownership AS ownership, \
         (SELECT MAX(c.at) FROM self_check_device d JOIN self_check c ON c.id = d.self_check_id WHERE d.n = v.n) AS latest \
         FROM device v WHERE v.facility_id = $1 AND v.standing = 'active') AS x GROUP BY x.ownership ORDER BY x.ownership",
    )
    .bind(facility.to_string())
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| {
        let ownership = Ownership::from_word(row.try_get(0)?).ok_or_else(|| rows::decode_error("device.ownership"))?;
        let never = row.try_get::<i64, _>(2)? > 0;
        Ok((ownership, row.try_get::<Option<i64>, _>(1)?.filter(|_| !never).map(Timestamp::from_seconds)))
    })
    .collect()
}

/// Devices of a facility in use for which nobody has answered since then: managed ones, and personal ones.
pub async fn count_due(store: &Store, facility: FacilityId, (managed, personal): (Timestamp, Timestamp)) -> Result<i64, Error> {
    sqlx::query_scalar(
        "SELECT count(*) FROM device v WHERE v.facility_id = $1 AND v.standing = 'active' AND NOT EXISTS \
         (SELECT 1 FROM self_check_device d JOIN self_check c ON c.id = d.self_check_id \
          WHERE d.n = v.n AND ((v.ownership <> 'personal' AND c.at > $2) OR (v.ownership = 'personal' AND c.at > $3)))",
    )
    .bind(facility.to_string())
    .bind(managed.seconds())
    .bind(personal.seconds())
    .fetch_one(store.read())
    .await
}

/// Facilities of a region without rules of their own that have devices in use for which nobody has answered since then (managed ones, and
/// personal ones), and how many; not those that were told in this `step`.
pub async fn list_untold(
    store: &Store,
    region: RegionId,
    ((managed, personal), step): ((Timestamp, Timestamp), &str),
    limit: u16,
) -> Result<Vec<(FacilityId, i64)>, Error> {
    sqlx::query(
        "SELECT v.facility_id, count(*) FROM device v WHERE v.region_id = $1 AND v.standing = 'active' \
         AND NOT EXISTS (SELECT 1 FROM own_rules_in_force o WHERE o.facility_id = v.facility_id) \
         AND NOT EXISTS (SELECT 1 FROM told t WHERE t.about = v.facility_id AND t.step = $2) AND NOT EXISTS \
         (SELECT 1 FROM self_check_device d JOIN self_check c ON c.id = d.self_check_id \
          WHERE d.n = v.n AND ((v.ownership <> 'personal' AND c.at > $3) OR (v.ownership = 'personal' AND c.at > $4))) \
         GROUP BY v.facility_id ORDER BY v.facility_id LIMIT $5",
    )
    .bind(region.to_string())
    .bind(step)
    .bind(managed.seconds())
    .bind(personal.seconds())
    .bind(i64::from(limit))
    .fetch_all(store.read())
    .await?
    .iter()
    .map(|row| Ok((rows::parsed(row, 0, "device.facility_id")?, row.try_get(1)?)))
    .collect()
}

fn grade(word: &str) -> Result<Grade, Error> {
    Grade::from_word(word).ok_or_else(|| rows::decode_error("self_check.grade"))
}
