//! A full ledger: papers of every kind, the register of those who use the network, notices that were read, and what an exception that
//! is over let in and nobody has cleared.

use hashimori_server::domain::ids::{FacilityId, RegionId};
use hashimori_server::random::Random;
use hashimori_server::store::Store;
use sqlx::AssertSqlSafe;

use crate::START;
use crate::fill::{ROWS, many};

/// Papers, and persons of the register, at the first facility; every other has one paper and `PERSONS`.
const LARGE: usize = 300;
const PERSONS: usize = 3;
const NOTICES: usize = 100;
/// What the exception let in, at every so manieth facility.
const LET_IN_EVERY: usize = 20;
const DAY: i64 = 86_400;

/// Ids that the readers ask for.
pub(crate) struct Ledger {
    pub(crate) paper: String,
    pub(crate) notice: String,
    pub(crate) exception: String,
}

/// The kind, state and openness of papers, dealt out in turn.
const PAPERS: &[(&str, &str, u8)] = &[
    ("personal_device", "filed", 1),
    ("take_out", "closed", 0),
    ("incident", "open", 1),
    ("personal_device", "in_use", 1),
    ("hand_over", "wiped", 1),
    ("incident", "closed", 0),
    ("take_out", "out", 1),
    ("guidance", "issued", 1),
    ("take_out", "filed", 1),
    ("personal_device", "closed", 0),
];

pub(crate) async fn keep(store: &Store, random: &Random, region: RegionId, facilities: &[FacilityId]) -> anyhow::Result<Ledger> {
    let paper = file(store, random, region, facilities).await?;
    register(store, random, region, facilities).await?;
    let notice = notify(store, random, region).await?;
    let exception = let_in(store, random, region, facilities).await?;
    Ok(Ledger { paper, notice, exception })
}

/// The papers, each with the step that filed it; the newest one of the first facility.
async fn file(store: &Store, random: &Random, region: RegionId, facilities: &[FacilityId]) -> anyhow::Result<String> {
    let homes: Vec<(usize, &FacilityId)> = facilities.iter().enumerate().skip(1).chain((0..LARGE).map(|n| (n, &facilities[0]))).collect();
    let at = START.seconds();
    let mut tx = store.begin_ledger().await?;
    let mut newest = String::new();
    for (group, homes) in homes.chunks(ROWS).enumerate() {
        let ids: Vec<String> = homes.iter().map(|_| random.uuid(START).to_string()).collect();
        let sql = many(
            "INSERT INTO paper (id, region_id, facility_id, kind, number, state, open, from_at, until_at, applicant, fields, filed_at, \
             entered_at, version)",
            (homes.len(), 9),
            &format!("'見本 太郎', '{{}}', {at}, {at}, 0"),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (row, (id, (n, home))) in ids.iter().zip(homes).enumerate() {
            let (kind, state, open) = PAPERS[n % PAPERS.len()];
            let from = at - DAY * i64::try_from(n % 60)?;
            query = query
                .bind(id.clone())
                .bind(region.to_string())
                .bind(home.to_string())
                .bind(kind)
                .bind(i64::try_from(group * ROWS + row)?)
                .bind(state)
                .bind(i64::from(open))
                .bind(from)
                .bind(from + 90 * DAY);
        }
        query.execute(&mut *tx).await?;
        let sql = many(
            "INSERT INTO paper_step (paper_id, act, state, n, at, by_whom, why, checker)",
            (homes.len(), 3),
            &format!("0, {at}, 'operator', '', ''"),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (id, (n, _)) in ids.iter().zip(homes) {
            query = query.bind(id.clone()).bind("file").bind(PAPERS[n % PAPERS.len()].1);
        }
        query.execute(&mut *tx).await?;
        newest.clone_from(&ids[ids.len() - 1]);
    }
    // Every fourth application is the administrator's own, for the 事務局 to approve where there is no head.
    let own = "UPDATE paper SET above = 2, applicant_id = (SELECT a.person_id FROM appointment a WHERE a.facility_id = paper.facility_id \
               AND a.role = 'administrator') WHERE kind = 'personal_device' AND number % 40 = 9";
    sqlx::query(own).execute(&mut *tx).await?;
    // Every fourth personal device in use is one of the ledger.
    let devices = "UPDATE paper SET device_id = (SELECT MIN(d.id) FROM device d WHERE d.facility_id = paper.facility_id) \
                   WHERE state = 'in_use' AND number % 40 = 2";
    sqlx::query(devices).execute(&mut *tx).await?;
    let permits = "INSERT INTO permit (paper_id, region_id, facility_id, n, from_at, until_at, standing, headline, day) \
                   SELECT p.id, p.region_id, p.facility_id, d.n, p.from_at, p.until_at, d.standing, COALESCE(s.headline, -1), e.day FROM paper p \
                   JOIN device d ON d.id = p.device_id JOIN device_seen e ON e.n = d.n LEFT JOIN device_state s ON s.n = d.n \
                   WHERE p.state = 'in_use'";
    sqlx::query(permits).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(newest)
}

/// Those who use the network; every seventh is about to begin, every eleventh about to leave, and one ID stands twice.
async fn register(store: &Store, random: &Random, region: RegionId, facilities: &[FacilityId]) -> anyhow::Result<()> {
    let others = facilities.iter().skip(1).flat_map(|home| [home; PERSONS]);
    let homes: Vec<&FacilityId> = [&facilities[0]; LARGE].into_iter().chain(others).collect();
    let at = START.seconds();
    let mut tx = store.begin_ledger().await?;
    for (group, homes) in homes.chunks(ROWS).enumerate() {
        let sql = many(
            "INSERT INTO member (id, region_id, facility_id, number, state, name, mcs_id, pledge_edition, job, joined_on, cleared, \
             pledge_before, trained_on, registered_at, version)",
            (homes.len(), 8),
            &format!("'看護師', {}, '', 0, {}, {at}, 0", at - 900 * DAY, at - 400 * DAY),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (row, home) in homes.iter().enumerate() {
            let n = group * ROWS + row;
            let state = if n.is_multiple_of(7) {
                "joining"
            } else if n.is_multiple_of(11) {
                "leaving"
            } else {
                "in_use"
            };
            query = query
                .bind(random.uuid(START).to_string())
                .bind(region.to_string())
                .bind(home.to_string())
                .bind(i64::try_from(n + 1)?)
                .bind(state)
                .bind(format!("架空 職員{n:06}"))
                .bind(format!("shokuin{:06}@example.jp", n.saturating_sub(usize::from(n % 5000 == 1))))
                .bind(i64::from(!n.is_multiple_of(3)));
        }
        query.execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Notices to the whole region, each read at a thirtieth of its facilities and the newest at three quarters; the newest.
async fn notify(store: &Store, random: &Random, region: RegionId) -> anyhow::Result<String> {
    let mut tx = store.begin().await?;
    let mut newest = String::new();
    for n in 0..NOTICES {
        newest = random.uuid(START).to_string();
        let last = n + 1 == NOTICES;
        let sent = START.seconds() - DAY * i64::try_from(NOTICES - n)?;
        sqlx::query(
            "INSERT INTO notice (id, region_id, reach, weight, title, body, sent_at, sent_by, valid_until, remind_days) \
             VALUES ($1, $2, 'region', 'important', '架空のお知らせ', '見本の本文', $3, 'operator', $4, 7)",
        )
        .bind(newest.clone())
        .bind(region.to_string())
        .bind(sent)
        .bind(sent + 120 * DAY)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO notice_reading (notice_id, facility_id, person_id, opened_at, confirmed_at) SELECT $1, a.facility_id, a.person_id, \
             $2, $2 FROM appointment a JOIN person p ON p.id = a.person_id WHERE a.facility_id IS NOT NULL AND p.region_id = $3 \
             AND p.login LIKE 'kanri-%' AND CAST(substr(p.login, 7) AS BIGINT) % 30 < $4",
        )
        .bind(newest.clone())
        .bind(sent)
        .bind(region.to_string())
        .bind(if last { 22_i64 } else { 1 })
        .execute(&mut *tx)
        .await?;
    }
    let counted = "UPDATE notice SET opened = (SELECT COUNT(*) FROM notice_reading r WHERE r.notice_id = notice.id), \
                   confirmed = (SELECT COUNT(*) FROM notice_reading r WHERE r.notice_id = notice.id)";
    sqlx::query(counted).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(newest)
}

/// An exception that is over, and what it let in.
async fn let_in(store: &Store, random: &Random, region: RegionId, facilities: &[FacilityId]) -> anyhow::Result<String> {
    let exception = random.uuid(START).to_string();
    let (began, ended) = (START.seconds() - 6 * DAY, START.seconds() - 2 * DAY);
    let mut tx = store.begin().await?;
    sqlx::query(
        "INSERT INTO disaster (id, region_id, reach, drill, reason, basis, began_at, entered_at, phase, ends_at, ended_at, ending) \
         VALUES ($1, $2, 'region', 0, '浸水', '規程第25条', $3, $3, 'clean_up', $4, $4, 'lifted')",
    )
    .bind(exception.clone())
    .bind(region.to_string())
    .bind(began)
    .bind(ended)
    .execute(&mut *tx)
    .await?;
    let homes: Vec<&FacilityId> = facilities.iter().step_by(LET_IN_EVERY).chain([&facilities[0]; LARGE]).collect();
    for homes in homes.chunks(ROWS) {
        let sql = many(
            "INSERT INTO disaster_let_in (id, facility_id, disaster_id, whose, machine, name, from_where, contact, event_at, entered_at, \
             entered_by)",
            (homes.len(), 2),
            &format!("'{exception}', 'own', 'phone', '見本 次郎', '', '', {began}, {began}, 'stranger'"),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for home in homes {
            query = query.bind(random.uuid(START).to_string()).bind(home.to_string());
        }
        query.execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(exception)
}
