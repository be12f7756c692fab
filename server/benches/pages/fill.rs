//! A full store: facilities, one of them large, most with an administrator; devices that reported well or badly, some of them
//! silent, some waiting to be confirmed; ninety days of trend; a log that has begun to be long; papers and people (`ledger`).

use std::sync::Arc;
use std::time::Instant;

use hashimori_server::domain::act::{Actor, Done, What};
use hashimori_server::domain::device::{DeviceN, Ownership, Standing};
use hashimori_server::domain::ids::{DeviceId, FacilityId, RegionId};
use hashimori_server::domain::judge::{Judge, Rules};
use hashimori_server::random::Random;
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::ingest::{Body, Ingest, NewReport, Settings, Submission};
use hashimori_server::store::{Store, StoreUrl, Tx, device, facility, log, meta, rank, region};
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::ids::BootId;
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{DeviceClass, Report, sample};
use sqlx::AssertSqlSafe;
use tokio::sync::watch;

use crate::START;
use crate::ledger::{self, Ledger};

/// Rows in one statement.
pub(crate) const ROWS: usize = 100;
/// Devices of the first facility; the others share the rest.
const LARGE: usize = 300;
/// Entries of the operation log.
const ENTRIES: usize = 20_000;
/// Every device's one boot.
pub(crate) const BOOT: BootId = BootId::from_bytes([1; 16]);

/// A full store.
pub(crate) struct Filled {
    pub(crate) store: Store,
    pub(crate) random: Arc<Random>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) devices: usize,
    pub(crate) region: RegionId,
    /// The large one.
    pub(crate) facility: FacilityId,
    /// One of its devices, that reported badly.
    pub(crate) device: DeviceId,
    pub(crate) ledger: Ledger,
}

impl Filled {
    pub(crate) async fn new(url: StoreUrl, devices: usize, facilities: usize) -> anyhow::Result<Self> {
        let began = Instant::now();
        let store = Store::open(url).await?;
        let random = Arc::new(Random::seeded(1));
        let master = Arc::new(MasterKey::generate(&random));
        meta::ensure_epoch(&store, &random).await?;
        let log_key = log::ensure_key(&store, &master, &random, START).await?;
        let region = RegionId::new(random.uuid(START));
        let facilities = found(&store, &random, region, facilities).await?;
        appoint(&store, &random, region, &facilities).await?;
        let device = enrol(&store, &random, region, &facilities, devices).await?;
        report(&store).await?;
        spread(&store, region).await?;
        remember(&store, &random, region, facilities[0]).await?;
        let ledger = ledger::keep(&store, &random, region, &facilities).await?;
        while log::seal(&store, &log_key, START, Some(START.jst_day())).await?.more {}
        while rank::refresh(&store, START.jst_day(), &Pack::bundled().parameters().staleness).await? {}
        println!("{devices} devices in {} facilities, filled in {:.0?}", facilities.len(), began.elapsed());
        Ok(Self { store, random, master, devices, region, facility: facilities[0], device, ledger })
    }
}

/// Whether a device's report is a bad one.
pub(crate) const fn is_bad(n: i64) -> bool {
    n % 5 == 2
}

/// Whether a device waits to be confirmed.
const fn is_pending(n: i64) -> bool {
    n % 50 == 7
}

/// Whether a device in use has been heard of today.
pub(crate) const fn is_heard(n: i64) -> bool {
    n % 10 != 0 && !is_pending(n)
}

async fn found(store: &Store, random: &Random, region: RegionId, count: usize) -> anyhow::Result<Vec<FacilityId>> {
    let mut tx = store.begin().await?;
    let row = region::Region { id: region, name: "架空圏域".to_owned(), pack: Pack::bundled().id().to_owned(), created_at: START };
    region::insert(&mut tx, &row).await?;
    let mut facilities = Vec::with_capacity(count);
    for n in 0..count {
        let id = FacilityId::new(random.uuid(START));
        facility::insert(&mut tx, &facility::Facility { id, region, name: format!("架空事業所{n:05}"), created_at: START }).await?;
        facilities.push(id);
    }
    tx.commit().await?;
    Ok(facilities)
}

/// An administrator for each facility but every twentieth, and but the first, whose administrator signs in.
async fn appoint(store: &Store, random: &Random, region: RegionId, facilities: &[FacilityId]) -> anyhow::Result<()> {
    let mut tx = store.begin_ledger().await?;
    let seats: Vec<(usize, &FacilityId)> = facilities.iter().enumerate().filter(|(n, _)| n % 20 != 0).collect();
    for group in seats.chunks(ROWS) {
        let ids: Vec<String> = group.iter().map(|_| random.uuid(START).to_string()).collect();
        let at = START.seconds();
        let sql = many(
            "INSERT INTO person (id, region_id, facility_id, login, name, role, created_at)",
            (group.len(), 5),
            &format!("'administrator', {at}"),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (id, (n, place)) in ids.iter().zip(group) {
            let (login, name) = (format!("kanri-{n:05}"), format!("架空 管理者{n:05}"));
            query = query.bind(id.clone()).bind(region.to_string()).bind(place.to_string()).bind(login).bind(name);
        }
        query.execute(&mut *tx).await?;
        let sql = many(
            "INSERT INTO appointment (id, region_id, facility_id, person_id, role, from_at, begun_by, begun_why)",
            (group.len(), 4),
            &format!("'administrator', {at}, 'operator', ''"),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (id, (_, place)) in ids.iter().zip(group) {
            query = query.bind(id.clone()).bind(region.to_string()).bind(place.to_string()).bind(id.clone());
        }
        query.execute(&mut *tx).await?;
    }
    sqlx::query("UPDATE facility SET vacant_since = NULL WHERE id IN (SELECT facility_id FROM appointment)").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// An insertion of so many rows of so many parameters, each followed by the same constants.
pub(crate) fn many(into: &str, (rows, columns): (usize, usize), constants: &str) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|c| format!("${}", row * columns + c)).collect();
        format!("({}, {constants})", places.join(","))
    };
    format!("{into} VALUES {}", (0..rows).map(row).collect::<Vec<_>>().join(","))
}

/// The first devices belong to the first facility, the others are dealt out in turn; the second one.
async fn enrol(store: &Store, random: &Random, region: RegionId, facilities: &[FacilityId], devices: usize) -> anyhow::Result<DeviceId> {
    let ids: Vec<DeviceId> = (0..devices).map(|_| DeviceId::new(random.uuid(START))).collect();
    let home = |at: usize| if at < LARGE { facilities[0] } else { facilities[at % facilities.len()] };
    let mut tx = store.begin_ledger().await?;
    // The first two go the usual way: what they report is copied to all others.
    for (at, id) in ids.iter().enumerate().take(2) {
        let new = device::NewDevice {
            id: *id,
            region,
            facility: home(at),
            label: format!("架空機{:06}", at + 1),
            ownership: Ownership::Managed,
            class: DeviceClass::Laptop,
            standing: Standing::Active,
            enrolled_at: START,
            confirmed_by: None,
        };
        device::insert(&mut tx, &new).await?;
    }
    let others: Vec<(usize, &DeviceId)> = ids.iter().enumerate().skip(2).collect();
    for group in others.chunks(ROWS) {
        let sql = many(
            "INSERT INTO device (id, n, region_id, facility_id, label, standing, ownership, class, confirmed_by, enrolled_at)",
            (group.len(), 6),
            &format!("'managed', 'laptop', 'operator', {}", START.seconds()),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (at, id) in group {
            let n = i64::try_from(at + 1)?;
            query = query
                .bind(id.to_string())
                .bind(n)
                .bind(region.to_string())
                .bind(home(*at).to_string())
                .bind(format!("架空機{n:06}"))
                .bind(if is_pending(n) { "pending" } else { "active" });
        }
        query.execute(&mut *tx).await?;
    }
    // As store::name_part cuts a name up.
    let cut = "INSERT INTO device_part (part, n) WITH RECURSIVE cut (n, name, at) AS (SELECT n, label, 1 FROM device WHERE n > 2 \
               UNION ALL SELECT n, name, at + 1 FROM cut WHERE at + 2 <= length(name)) SELECT DISTINCT substr(name, at, 2), n FROM cut";
    sqlx::query(cut).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(ids[1])
}

/// The report of a device as of the start.
pub(crate) fn report_of(bad: bool) -> Report {
    if bad { sample::bad_debian(START) } else { sample::good_debian(START) }
}

/// Packs and catalogues as they ship.
pub(crate) fn judge() -> Arc<dyn Judge> {
    Arc::new(Rules::new([Pack::bundled()], Catalogues::bundled()))
}

/// The first two devices report, one well and one badly.
async fn report(store: &Store) -> anyhow::Result<()> {
    let (_rules, judge) = watch::channel(judge());
    let (ingest, writer) = Ingest::start(store.clone(), Settings { judge, queue: 16, batch: 16 }).await?;
    for n in [1, 2] {
        let report = report_of(is_bad(n));
        let json = serde_json::to_vec(&report)?;
        let submission = Submission {
            device: DeviceN(n),
            boot: BOOT,
            seq: 1,
            observed_at: START,
            sent_at: START,
            received_at: START,
            have_verdict: None,
            dropped: 0,
            body: Body::Report(Box::new(NewReport::new(&json, report)?)),
        };
        ingest.submit(submission).await?;
    }
    ingest.fold().await?;
    ingest.stop().await;
    Ok(writer.await??)
}

/// Copies what the first two reported to all others, a tenth of them silent for up to 40 days, and counts the roll-ups from scratch.
async fn spread(store: &Store, region: RegionId) -> anyhow::Result<()> {
    let mut tx = store.begin_ledger().await?;
    let silent = "CASE WHEN d.n % 10 = 0 THEN d.n / 10 % 40 ELSE 0 END";
    for sql in [
        "INSERT INTO device_state (n, report_id, digest, observed_at, headline, since, states, judged_with, judged_at, next_change_at, \
         verdict_digest, codec, verdict, agent) SELECT d.n, s.report_id, s.digest, s.observed_at, s.headline, s.since, s.states, s.judged_with, \
         s.judged_at, s.next_change_at, s.verdict_digest, s.codec, s.verdict, s.agent FROM device d JOIN device_state s \
         ON s.n = CASE WHEN d.n % 5 = 2 THEN 2 ELSE 1 END WHERE d.n > 2 AND d.standing = 'active'"
            .to_owned(),
        format!(
            "INSERT INTO device_seen (n, last_seen_at, day, skew_s, dropped, upto, keys) SELECT d.n, e.last_seen_at - {silent} * 86400, \
             e.day - {silent}, 0, 0, e.upto, e.keys FROM device d JOIN device_seen e ON e.n = 1 WHERE d.n > 2"
        ),
        "DELETE FROM rollup".to_owned(),
        "DELETE FROM rollup_clause".to_owned(),
        "DELETE FROM rollup_agent".to_owned(),
        "CREATE TABLE bench_clause (k BIGINT NOT NULL, clause TEXT NOT NULL, state BIGINT NOT NULL)".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    list_clauses(&mut tx).await?;
    for scope in ["facility_id", "region_id"] {
        for sql in [
            format!(
                "INSERT INTO rollup (scope, state, standing, day, devices) SELECT d.{scope}, coalesce(s.headline, -1), d.standing, e.day, \
                 count(*) FROM device d JOIN device_seen e ON e.n = d.n LEFT JOIN device_state s ON s.n = d.n \
                 GROUP BY d.{scope}, coalesce(s.headline, -1), d.standing, e.day"
            ),
            format!(
                "INSERT INTO rollup_agent (scope, agent, standing, devices) SELECT d.{scope}, coalesce(s.agent, ''), d.standing, count(*) \
                 FROM device d LEFT JOIN device_state s ON s.n = d.n GROUP BY d.{scope}, coalesce(s.agent, ''), d.standing"
            ),
            format!(
                "INSERT INTO rollup_clause (scope, clause, state, standing, devices) SELECT d.{scope}, c.clause, c.state, d.standing, count(*) \
                 FROM device d JOIN bench_clause c ON c.k = CASE WHEN d.n % 5 = 2 THEN 2 ELSE 1 END WHERE d.standing = 'active' \
                 GROUP BY d.{scope}, c.clause, c.state, d.standing"
            ),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
    }
    for before in 1..90 {
        sqlx::query("INSERT INTO rollup_day (scope, day, counts) VALUES ($1, $2, $3)")
            .bind(region.to_string())
            .bind(START.jst_day() - before)
            .bind(format!("non-compliant={before} compliant={}", 100 - before))
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("DROP TABLE bench_clause").execute(&mut *tx).await?;
    sqlx::query("UPDATE facility_due SET due = 0").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// How the first two devices stand, clause by clause.
async fn list_clauses(tx: &mut Tx) -> anyhow::Result<()> {
    let sql = "SELECT n, states FROM device_state WHERE n <= 2 ORDER BY n";
    let clauses: Vec<(i64, String)> = sqlx::query_as(sql).fetch_all(&mut **tx).await?;
    for (k, states) in &clauses {
        for (clause, state) in states.split_ascii_whitespace().filter_map(|pair| pair.rsplit_once('=')) {
            let state: i64 = state.parse()?;
            sqlx::query("INSERT INTO bench_clause (k, clause, state) VALUES ($1, $2, $3)")
                .bind(*k)
                .bind(clause.to_owned())
                .bind(state)
                .execute(&mut **tx)
                .await?;
        }
    }
    Ok(())
}

/// Puts acts into the operation log, every hundredth at the first facility.
async fn remember(store: &Store, random: &Random, region: RegionId, facility: FacilityId) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    for n in 0..ENTRIES {
        let done = Done::by(Actor::Operator, What::DeviceConfirmed, START.plus_seconds(-i64::try_from(ENTRIES - n)?));
        let done = done.on_device(DeviceId::new(random.uuid(START)), &format!("架空機{n:06}"));
        let done = if n % 100 == 0 { done.at_facility(region, facility) } else { done.in_region(region) };
        log::write(&mut tx, random, &done).await?;
    }
    tx.commit().await?;
    Ok(())
}
