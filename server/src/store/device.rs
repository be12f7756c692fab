//! Devices in the ledger. Whatever changes a device's standing goes through here, under `Store::begin_ledger`,
//! so that the roll-ups move with it. Everything a facility may see is asked for with the facility's id.

use std::collections::HashMap;

use hashimori_shared::report::DeviceClass;
use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row as _};

use super::name_part::{self, Among, Whose};
use super::rollup::{Counts, Place};
use super::{Error, Store, Tx, exclusion, ingest, loss, rows};
use crate::domain::device::{ClassWord, DeviceN, Ownership, Sort, SortChange, Standing};
use crate::domain::ids::{DeviceId, FacilityId, RegionId};

/// A device's row in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id, as people's pages name it.
    pub id: DeviceId,
    /// Its number, the key of the hot tables.
    pub n: DeviceN,
    /// Its region.
    pub region: RegionId,
    /// Its facility.
    pub facility: FacilityId,
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// What kind of machine it is.
    pub class: DeviceClass,
    /// How it stands.
    pub standing: Standing,
    /// When it enrolled.
    pub enrolled_at: Timestamp,
    /// When a person (or an auto-confirming code) confirmed it.
    pub confirmed_at: Option<Timestamp>,
    /// Who did.
    pub confirmed_by: Option<String>,
}

/// A device about to be added; its number is given by the store.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Its id.
    pub id: DeviceId,
    /// Its region.
    pub region: RegionId,
    /// Its facility.
    pub facility: FacilityId,
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// What kind of machine it is.
    pub class: DeviceClass,
    /// How it stands from the start.
    pub standing: Standing,
    /// Now.
    pub enrolled_at: Timestamp,
    /// Who confirmed it at once, where an auto-confirming code did.
    pub confirmed_by: Option<String>,
}

/// What `read` takes first from a row, and how many columns that is.
pub(super) const COLUMNS: &str =
    "d.id, d.n, d.region_id, d.facility_id, d.label, d.ownership, d.class, d.standing, d.enrolled_at, d.confirmed_at, d.confirmed_by";
pub(super) const WIDTH: usize = 11;

/// Adds a device (in a transaction of `Store::begin_ledger`) and counts it in.
pub async fn insert(tx: &mut Tx, new: &NewDevice) -> Result<DeviceN, Error> {
    let n: i64 = sqlx::query_scalar("SELECT coalesce(max(n), 0) + 1 FROM device").fetch_one(&mut **tx).await?;
    sqlx::query(
        "INSERT INTO device (id, n, region_id, facility_id, label, ownership, class, standing, enrolled_at, confirmed_at, confirmed_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(new.id.to_string())
    .bind(n)
    .bind(new.region.to_string())
    .bind(new.facility.to_string())
    .bind(new.label.clone())
    .bind(new.ownership.as_str())
    .bind(ClassWord::from(new.class).as_str())
    .bind(new.standing.as_str())
    .bind(new.enrolled_at.seconds())
    .bind(new.confirmed_by.as_ref().map(|_| new.enrolled_at.seconds()))
    .bind(new.confirmed_by.clone())
    .execute(&mut **tx)
    .await?;
    name_part::insert_device(tx, n, &new.label).await?;
    let (facility, region) = (new.facility.to_string().into(), new.region.to_string().into());
    let mut counts = Counts::default();
    let standing = new.standing;
    let place = Place { facility: &facility, region: &region, standing, headline: None, states: "", day: -1, agent: "", permit: None };
    counts.count(place, 1);
    counts.write(tx).await?;
    Ok(DeviceN(n))
}

/// One device of a facility.
pub async fn find(store: &Store, facility: FacilityId, id: DeviceId) -> Result<Option<Device>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM device d WHERE d.facility_id = $1 AND d.id = $2")))
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(read).transpose()
}

/// One device by its number, for those who know it by its certificate.
pub async fn find_by_n(db: impl Executor<'_, Database = Any>, n: DeviceN) -> Result<Option<Device>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM device d WHERE d.n = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(n.0).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// How a device stands, inside a transaction.
pub async fn standing_in(tx: &mut Tx, id: DeviceId) -> Result<Option<Standing>, Error> {
    let word: Option<String> =
        sqlx::query_scalar("SELECT standing FROM device WHERE id = $1").bind(id.to_string()).fetch_optional(&mut **tx).await?;
    word.map(|w| Standing::from_word(&w).ok_or_else(|| rows::decode_error("device.standing"))).transpose()
}

/// A page of a facility's devices in order of enrolment; `after` is the last one of the page before.
pub async fn list(store: &Store, facility: FacilityId, after: Option<DeviceId>, limit: u16) -> Result<Vec<Device>, Error> {
    list_of(store, facility, "", (after, limit)).await
}

/// The same of those that wait for a person's decision.
pub async fn list_waiting(store: &Store, facility: FacilityId, after: Option<DeviceId>, limit: u16) -> Result<Vec<Device>, Error> {
    list_of(store, facility, "AND standing IN ('pending', 'reconfirm', 'copied') ", (after, limit)).await
}

/// `only` is a condition in words of ours.
async fn list_of(store: &Store, facility: FacilityId, only: &str, (after, limit): (Option<DeviceId>, u16)) -> Result<Vec<Device>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM device d WHERE d.facility_id = $1 AND d.id > $2 {only}ORDER BY d.id LIMIT $3");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(facility.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(store.read())
        .await?
        .iter()
        .map(read)
        .collect()
}

/// A device as it is offered for choosing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Its id.
    pub id: DeviceId,
    /// What people call it.
    pub label: String,
    /// Whose it is.
    pub ownership: Ownership,
}

/// The first of a facility's devices that stand in one way, in order of enrolment.
pub async fn list_standing(store: &Store, facility: FacilityId, standing: Standing, limit: u16) -> Result<Vec<Offered>, Error> {
    let found: Vec<(String, String, String)> =
        sqlx::query_as("SELECT id, label, ownership FROM device WHERE facility_id = $1 AND standing = $2 ORDER BY id LIMIT $3")
            .bind(facility.to_string())
            .bind(standing.as_str())
            .bind(i64::from(limit))
            .fetch_all(store.read())
            .await?;
    let offered = |(id, label, ownership): (String, String, String)| {
        let id = id.parse().map_err(|_| rows::decode_error("device.id"))?;
        let ownership = Ownership::from_word(&ownership).ok_or_else(|| rows::decode_error("device.ownership"))?;
        Ok(Offered { id, label, ownership })
    };
    found.into_iter().map(offered).collect()
}

/// Devices of a region with `text` in their names, oldest first.
pub async fn list_named(store: &Store, region: RegionId, text: &str, limit: u16) -> Result<Vec<Device>, Error> {
    let among = name_part::among(store, Whose::Devices, text).await?;
    if among == Among::Those(Vec::new()) {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM device d WHERE d.region_id = $1 AND d.ownership = 'managed' \
         AND (d.label LIKE $2 ESCAPE '!' OR lower(d.label) LIKE $3 ESCAPE '!'){} ORDER BY d.n LIMIT $4",
        among.condition(Whose::Devices, "d.n", 5)
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(region.to_string())
        .bind(rows::like(text))
        .bind(rows::like(&text.to_lowercase()))
        .bind(i64::from(limit));
    let query = among.parts().into_iter().fold(query, sqlx::query::Query::bind);
    query.fetch_all(store.read()).await?.iter().map(read).collect()
}

/// Renames a device of a facility. `false`: there is no such device there.
pub async fn rename(tx: &mut Tx, facility: FacilityId, id: DeviceId, label: &str) -> Result<bool, Error> {
    let row = sqlx::query("SELECT n, label FROM device WHERE facility_id = $1 AND id = $2")
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let (n, was): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    sqlx::query("UPDATE device SET label = $1 WHERE n = $2").bind(label.to_owned()).bind(n).execute(&mut **tx).await?;
    name_part::rename_device(tx, n, (&was, label)).await?;
    Ok(true)
}

/// A person's decision on how a device stands.
#[derive(Clone, Debug)]
pub struct Decision {
    /// How it stands from now on.
    pub standing: Standing,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Sets how a device of a facility stands, if it stands as `from` says (in a transaction of `Store::begin_ledger`).
/// `false`: there is no such device there, or another act came first.
pub async fn stand(tx: &mut Tx, facility: FacilityId, id: DeviceId, from: &[Standing], decision: &Decision) -> Result<bool, Error> {
    let row = sqlx::query("SELECT n, standing FROM device WHERE facility_id = $1 AND id = $2")
        .bind(facility.to_string())
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let n = DeviceN(row.try_get(0)?);
    let standing = Standing::from_word(row.try_get(1)?).ok_or_else(|| rows::decode_error("device.standing"))?;
    if !from.contains(&standing) {
        return Ok(false);
    }
    move_to(tx, n, decision).await?;
    Ok(true)
}

async fn move_to(tx: &mut Tx, n: DeviceN, decision: &Decision) -> Result<(), Error> {
    let mut found = HashMap::new();
    ingest::load(tx, &[n], &mut found).await?;
    let Some(mut known) = found.remove(&n) else { return Ok(()) };
    let was = known.standing;
    let mut counts = Counts::default();
    counts.count(known.place(), -1);
    known.standing = decision.standing;
    counts.count(known.place(), 1);
    counts.write(tx).await?;
    sqlx::query("UPDATE device SET standing = $1 WHERE n = $2").bind(decision.standing.as_str()).bind(n.0).execute(&mut **tx).await?;
    if was == Standing::Pending && decision.standing == Standing::Active {
        sqlx::query("UPDATE device SET confirmed_at = $1, confirmed_by = $2 WHERE n = $3")
            .bind(decision.at.seconds())
            .bind(decision.by.clone())
            .bind(n.0)
            .execute(&mut **tx)
            .await?;
    }
    if let Some(kind) = exclusion::Kind::of(decision.standing) {
        exclusion::insert_device(tx, n, kind, &decision.by, decision.at).await?;
    }
    match (was == Standing::Lost, decision.standing == Standing::Lost) {
        (false, true) => loss::open(tx, n, decision).await?,
        // Out of use for good is not found.
        (true, false) if decision.standing.is_judged() => loss::close(tx, n, decision).await?,
        (true, _) | (false, false) => {}
    }
    if decision.standing.is_judged() && !was.is_judged() {
        // What was held was not judged meanwhile: the sweeper looks at it at once.
        sqlx::query("UPDATE device_state SET next_change_at = $1 WHERE n = $2")
            .bind(decision.at.seconds())
            .bind(n.0)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

impl Device {
    /// What it is said to be.
    pub const fn sort(&self) -> Sort {
        Sort { ownership: self.ownership, class: self.class }
    }
}

/// Says that a device of a facility is of another sort, and has it judged anew at once (in a transaction of
/// `Store::begin_ledger`). `false`: there is no such device there, it is out of use, or another act came first.
pub async fn reclassify(tx: &mut Tx, (facility, id): (FacilityId, DeviceId), SortChange { was, is }: SortChange) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE device SET ownership = $1, class = $2 WHERE facility_id = $3 AND id = $4 AND ownership = $5 AND class = $6 \
         AND standing NOT IN ('retired', 'refused')",
    )
    .bind(is.ownership.as_str())
    .bind(ClassWord::from(is.class).as_str())
    .bind(facility.to_string())
    .bind(id.to_string())
    .bind(was.ownership.as_str())
    .bind(ClassWord::from(was.class).as_str())
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("UPDATE device_state SET next_change_at = $1 WHERE n = (SELECT n FROM device WHERE id = $2)")
        .bind(ingest::DUE_BY_SORT)
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

pub(super) fn read(row: &AnyRow) -> Result<Device, Error> {
    Ok(Device {
        id: rows::parsed(row, 0, "device.id")?,
        n: DeviceN(row.try_get(1)?),
        region: rows::parsed(row, 2, "device.region_id")?,
        facility: rows::parsed(row, 3, "device.facility_id")?,
        label: row.try_get(4)?,
        ownership: Ownership::from_word(row.try_get(5)?).ok_or_else(|| rows::decode_error("device.ownership"))?,
        class: ClassWord::from_word(row.try_get(6)?).unwrap_or(ClassWord::Unclear).into(),
        standing: Standing::from_word(row.try_get(7)?).ok_or_else(|| rows::decode_error("device.standing"))?,
        enrolled_at: Timestamp::from_seconds(row.try_get(8)?),
        confirmed_at: row.try_get::<Option<i64>, _>(9)?.map(Timestamp::from_seconds),
        confirmed_by: row.try_get(10)?,
    })
}
