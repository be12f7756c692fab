//! How long the collector takes to answer each page, in one process and without a network: 8 readers at once, over a store filled
//! with 2,000 devices in 200 facilities and one with 250,000 in 40,000. Prints figures, asserts nothing.
//!
//! `cargo bench -p hashimori-server --bench pages` (SQLite, in the current folder's file system), `… -- 2000` for the small one alone;
//! with `HASHIMORI_BENCH_POSTGRES=URL` on PostgreSQL (an empty database: everything is left in it; give the size too).

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body as HttpBody, to_bytes};
use axum::http::{Request, StatusCode, header};
use hashimori_server::accounts::{Invite, invite};
use hashimori_server::clock::SetClock;
use hashimori_server::domain::device::{DeviceN, Ownership, Standing};
use hashimori_server::domain::ids::{DeviceId, FacilityId, RegionId};
use hashimori_server::domain::judge::{Judge, Rules};
use hashimori_server::domain::people::link::Token;
use hashimori_server::domain::people::{Login, Role, Scope};
use hashimori_server::http::pages::{self, Web, WebSettings};
use hashimori_server::pki::{Authority, Hands, Pki, Tickets, create_authority};
use hashimori_server::random::Random;
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::ingest::{Body, Ingest, NewReport, Settings, Submission};
use hashimori_server::store::{Store, StoreUrl, device, facility, meta, person, rank, region, session};
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::ids::BootId;
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{DeviceClass, sample};
use hashimori_shared::time::Timestamp;
use sqlx::AssertSqlSafe;
use tokio::sync::watch;
use tower::ServiceExt as _;

const START: Timestamp = Timestamp::from_seconds(1_785_713_400);
const READERS: usize = 8;
/// Requests of each reader for each page.
const REQUESTS: usize = 250;
/// Devices in one statement.
const ROWS: usize = 100;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let asked: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    for (devices, facilities) in [(2_000, 200), (250_000, 40_000)] {
        if asked.is_empty() || asked.contains(&devices) {
            let folder = tempfile::tempdir_in(".")?;
            let url = match std::env::var("HASHIMORI_BENCH_POSTGRES") {
                Ok(url) => StoreUrl::Postgres(url),
                Err(_) => StoreUrl::Sqlite(folder.path().join("bench.db")),
            };
            measure(Filled::new(url, devices, facilities).await?).await?;
        }
    }
    Ok(())
}

/// A full store and two people who are signed in.
struct Filled {
    router: Router,
    devices: usize,
    facility: FacilityId,
    device: DeviceId,
    secretariat: String,
    administrator: String,
}

impl Filled {
    async fn new(url: StoreUrl, devices: usize, facilities: usize) -> anyhow::Result<Self> {
        let began = Instant::now();
        let store = Store::open(url).await?;
        let random = Arc::new(Random::seeded(1));
        meta::ensure_epoch(&store, &random).await?;
        let region = RegionId::new(random.uuid(START));
        let facilities = found(&store, &random, region, facilities).await?;
        let first = enrol(&store, &random, region, &facilities, devices).await?;
        report(&store).await?;
        spread(&store, region).await?;
        let pack = Pack::bundled();
        while rank::refresh(&store, START.jst_day(), &pack.parameters().staleness).await? {}
        println!("{devices} devices in {} facilities, filled in {:.0?}", facilities.len(), began.elapsed());
        let secretariat = sign_in(&store, &random, (region, None), "jimukyoku").await?;
        let administrator = sign_in(&store, &random, (region, Some(facilities[0])), "hanako").await?;
        let master = Arc::new(MasterKey::generate(&random));
        let pki = authority(&store, &master, &random).await?;
        let parts = pages::Parts {
            store,
            clock: Arc::new(SetClock::at(START)),
            random,
            master,
            books: hashimori_server::rules::Rules::new(hashimori_server::rules::RuleBook::load(None, None)?).books(),
            pki: Arc::new(pki),
            settings: WebSettings { secure: true, public_url: "https://hashimori.example".to_owned(), ..WebSettings::default() },
        };
        let router = pages::router(Web::new(parts));
        Ok(Self { router, devices, facility: facilities[0], device: first, secretariat, administrator })
    }
}

async fn authority(store: &Store, master: &MasterKey, random: &Random) -> anyhow::Result<Pki> {
    let mut tx = store.begin().await?;
    create_authority(&mut tx, &["collector.example".to_owned()], Hands { master, random, now: START }).await?;
    tx.commit().await?;
    Ok(Pki::new(Authority::load(store, master).await?, Arc::new(Tickets::default())))
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

/// Devices dealt out to the facilities in turn; the first one of the first facility.
async fn enrol(store: &Store, random: &Random, region: RegionId, facilities: &[FacilityId], devices: usize) -> anyhow::Result<DeviceId> {
    let ids: Vec<DeviceId> = (0..devices).map(|_| DeviceId::new(random.uuid(START))).collect();
    let mut tx = store.begin_ledger().await?;
    let mut after = 0;
    // The first two go the usual way: what they report is copied to all others.
    for (n, id) in ids.iter().enumerate().take(2) {
        let new = device::NewDevice {
            id: *id,
            region,
            facility: facilities[n % facilities.len()],
            label: format!("架空機{n:06}"),
            ownership: Ownership::Managed,
            class: DeviceClass::Laptop,
            standing: Standing::Active,
            enrolled_at: START,
            confirmed_by: None,
        };
        device::insert(&mut tx, &new).await?;
        after += 1;
    }
    for group in ids[after..].chunks(ROWS) {
        let places: Vec<String> =
            (0..group.len()).map(|row| (1..=6).map(|c| format!("${}", row * 6 + c)).collect::<Vec<_>>().join(",")).collect();
        let values: Vec<String> = places.iter().map(|p| format!("({p},'managed','laptop','active',{})", START.seconds())).collect();
        let sql = format!(
            "INSERT INTO device (id, n, region_id, facility_id, label, confirmed_by, ownership, class, standing, enrolled_at) VALUES {}",
            values.join(",")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in group {
            after += 1;
            query = query
                .bind(id.to_string())
                .bind(i64::try_from(after)?)
                .bind(region.to_string())
                .bind(facilities[(after - 1) % facilities.len()].to_string())
                .bind(format!("架空機{after:06}"))
                .bind("operator".to_owned());
        }
        query.execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(ids[0])
}

/// The first two devices report, one well and one badly.
async fn report(store: &Store) -> anyhow::Result<()> {
    let judge: Arc<dyn Judge> = Arc::new(Rules::new([Pack::bundled()], Catalogues::bundled()));
    let (_rules, judge) = watch::channel(judge);
    let (ingest, writer) = Ingest::start(store.clone(), Settings { judge, queue: 16, batch: 16 }).await?;
    for (n, report) in [(1, sample::good_debian(START)), (2, sample::bad_debian(START))] {
        let json = serde_json::to_vec(&report)?;
        let submission = Submission {
            device: DeviceN(n),
            boot: BootId::from_bytes([1; 16]),
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

/// Copies what the first two reported to all others, spread over 40 days of silence, and counts the roll-ups from scratch.
async fn spread(store: &Store, region: RegionId) -> anyhow::Result<()> {
    let mut tx = store.begin_ledger().await?;
    let day = START.jst_day();
    let clauses: Vec<(i64, String)> = sqlx::query_as("SELECT n, states FROM device_state ORDER BY n").fetch_all(&mut *tx).await?;
    for sql in [
        "INSERT INTO device_state (n, report_id, digest, observed_at, headline, since, states, judged_with, judged_at, next_change_at, \
         verdict_digest, codec, verdict, agent) SELECT d.n, s.report_id, s.digest, s.observed_at, s.headline, s.since, s.states, s.judged_with, \
         s.judged_at, s.next_change_at, s.verdict_digest, s.codec, s.verdict, s.agent FROM device d JOIN device_state s \
         ON s.n = CASE WHEN d.n % 5 = 0 THEN 2 ELSE 1 END WHERE d.n > 2"
            .to_owned(),
        "INSERT INTO device_seen (n, last_seen_at, day, skew_s, dropped, upto, keys) SELECT d.n, e.last_seen_at - (d.n % 40) * 86400, \
         e.day - d.n % 40, 0, 0, e.upto, e.keys FROM device d JOIN device_seen e ON e.n = 1 WHERE d.n > 2"
            .to_owned(),
        "DELETE FROM rollup".to_owned(),
        "DELETE FROM rollup_clause".to_owned(),
        "DELETE FROM rollup_agent".to_owned(),
        "CREATE TABLE bench_clause (k BIGINT NOT NULL, clause TEXT NOT NULL, state BIGINT NOT NULL)".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    for (k, states) in &clauses {
        for (clause, state) in states.split_ascii_whitespace().filter_map(|pair| pair.rsplit_once('=')) {
            let state: i64 = state.parse()?;
            sqlx::query("INSERT INTO bench_clause (k, clause, state) VALUES ($1, $2, $3)")
                .bind(*k)
                .bind(clause.to_owned())
                .bind(state)
                .execute(&mut *tx)
                .await?;
        }
    }
    for scope in ["facility_id", "region_id"] {
        for sql in [
            format!(
                "INSERT INTO rollup (scope, state, standing, day, devices) SELECT d.{scope}, s.headline, d.standing, e.day, count(*) \
                 FROM device d JOIN device_state s ON s.n = d.n JOIN device_seen e ON e.n = d.n GROUP BY d.{scope}, s.headline, d.standing, e.day"
            ),
            format!(
                "INSERT INTO rollup_agent (scope, agent, standing, devices) SELECT d.{scope}, s.agent, d.standing, count(*) \
                 FROM device d JOIN device_state s ON s.n = d.n GROUP BY d.{scope}, s.agent, d.standing"
            ),
            format!(
                "INSERT INTO rollup_clause (scope, clause, state, standing, devices) SELECT d.{scope}, c.clause, c.state, d.standing, count(*) \
                 FROM device d JOIN bench_clause c ON c.k = CASE WHEN d.n > 2 AND d.n % 5 = 0 OR d.n = 2 THEN 2 ELSE 1 END \
                 GROUP BY d.{scope}, c.clause, c.state, d.standing"
            ),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
    }
    for before in 1..90 {
        sqlx::query("INSERT INTO rollup_day (scope, day, counts) VALUES ($1, $2, $3)")
            .bind(region.to_string())
            .bind(day - before)
            .bind(format!("non-compliant={before} compliant={}", 100 - before))
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("UPDATE facility_due SET due = 0").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// A person with a session; the cookie.
async fn sign_in(
    store: &Store,
    random: &Random,
    (region, facility): (RegionId, Option<FacilityId>),
    login: &str,
) -> anyhow::Result<String> {
    let (role, scope) =
        facility.map_or((Role::Secretariat, Scope::Region(region)), |facility| (Role::Administrator, Scope::Facility(region, facility)));
    let wanted = Invite { scope, role, login, name: "見本 花子", why: "見本", hand_over: false, deputies_everywhere: false };
    invite(store, random, START, &wanted).await?;
    let found = person::find_by_login(store.read(), &Login::parse(login)?).await?;
    let Some(person) = found else { anyhow::bail!("{login} was not made") };
    let token = Token::new(random);
    let mut tx = store.begin().await?;
    session::insert_signed_in(&mut tx, &token.hash(), person.id, "bench", START).await?;
    tx.commit().await?;
    Ok(format!("__Host-hashimori={}", token.to_text()))
}

async fn measure(filled: Filled) -> anyhow::Result<()> {
    let Filled { router, devices, facility, device, secretariat, administrator } = &filled;
    println!("{:<44} {:>9} {:>9} {:>9} {:>9}", format!("{devices} devices, {READERS} readers"), "p50 ms", "p99 ms", "most ms", "KiB");
    for (name, who, path) in [
        ("region", secretariat, "/".to_owned()),
        ("region, one state", secretariat, "/?state=non-compliant".to_owned()),
        ("region, silent", secretariat, "/?state=silent".to_owned()),
        ("region, by name (search)", secretariat, format!("/?q=01{}", devices % 7)),
        ("today", administrator, format!("/facilities/{facility}/today")),
        ("facility", administrator, format!("/facilities/{facility}")),
        ("devices behind a clause", administrator, format!("/facilities/{facility}/devices?is=non-compliant&clause=%C2%A720-3")),
        ("device", administrator, format!("/devices/{device}")),
        ("self-check", administrator, format!("/facilities/{facility}/self-check")),
        ("enrolment codes", administrator, format!("/facilities/{facility}/codes")),
        ("pending", administrator, format!("/facilities/{facility}/pending")),
        ("log of the region", secretariat, "/log".to_owned()),
        ("log of a facility", administrator, "/log".to_owned()),
        ("rules", administrator, "/rules".to_owned()),
        ("accounts", secretariat, "/accounts".to_owned()),
        ("own account", administrator, "/account".to_owned()),
    ] {
        let readers: Vec<_> = (0..READERS).map(|_| tokio::spawn(read(router.clone(), who.clone(), path.clone()))).collect();
        let (mut times, mut bytes) = (Vec::with_capacity(READERS * REQUESTS), 0);
        for reader in readers {
            let (took, size) = reader.await??;
            times.extend(took);
            bytes = size;
        }
        times.sort_unstable();
        let ms = |part: usize| times[(times.len() - 1) * part / 1000].as_secs_f64() * 1e3;
        println!("{name:<44} {:>9.2} {:>9.2} {:>9.2} {:>9}", ms(500), ms(990), ms(1000), bytes / 1024);
    }
    Ok(())
}

/// One reader: the page again and again; how long each answer took, and its size.
async fn read(router: Router, cookie: String, path: String) -> anyhow::Result<(Vec<Duration>, usize)> {
    let (mut took, mut size) = (Vec::with_capacity(REQUESTS), 0);
    for _ in 0..REQUESTS {
        let request = Request::get(path.as_str()).header(header::HOST, "hashimori.example").header(header::COOKIE, cookie.as_str());
        let request = request.header(header::ACCEPT_LANGUAGE, "ja").body(HttpBody::empty())?;
        let began = Instant::now();
        let answer = router.clone().oneshot(request).await?;
        anyhow::ensure!(answer.status() == StatusCode::OK, "{path} answered {}", answer.status());
        size = to_bytes(answer.into_body(), 1 << 22).await?.len();
        took.push(began.elapsed());
    }
    Ok((took, size))
}
