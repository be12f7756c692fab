//! What becomes of the rows of each table is said of all of them; and what works no more is gone after its time.

use std::collections::{BTreeMap, BTreeSet};

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::paper::Kind;
use hashimori_server::domain::people::Role;
use hashimori_server::store::retention::{self, Fate, TABLES};
use hashimori_shared::time::Timestamp;
use hashimori_tests::bed::{Bed, On};

use super::notices::add;
use super::retention::{count, day, file};

on_both_engines!(
    of_every_table_of_a_real_store_it_is_said_what_becomes_of_its_rows,
    what_works_no_more_goes_after_its_days_and_what_still_works_stays,
);

/// The tables of a store, but for the migrations' own.
async fn tables(bed: &Bed, on: On) -> anyhow::Result<BTreeSet<String>> {
    let sql = match on {
        On::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        On::Postgres => "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'",
    };
    let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(bed.store.read()).await?;
    Ok(found.into_iter().filter(|name| !name.starts_with("_sqlx")).collect())
}

async fn of_every_table_of_a_real_store_it_is_said_what_becomes_of_its_rows(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let there = tables(&bed, on).await?;
    let said: BTreeSet<String> = TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let unsaid: Vec<_> = there.difference(&said).collect();
    assert!(unsaid.is_empty(), "say in `store::retention::TABLES` what becomes of the rows of {unsaid:?}");
    let gone: Vec<_> = said.difference(&there).collect();
    assert!(gone.is_empty(), "there are no such tables any more: {gone:?}");
    if on == On::Sqlite {
        for (table, _) in TABLES.iter().filter(
            |(_, fate)| matches!(fate, Fate::With(of) if TABLES.iter().any(|(other, fate)| other == of && !matches!(fate, Fate::Stays(_)))),
        ) {
            let sql = "SELECT count(*) FROM sqlite_master WHERE name = $1 AND sql LIKE '%ON DELETE CASCADE%'";
            let cascades: i64 = sqlx::query_scalar(sql).bind(*table).fetch_one(bed.store.read()).await?;
            assert_eq!(cascades, 1, "{table} would be left behind");
        }
    }
    Ok(())
}

async fn what_works_no_more_goes_after_its_days_and_what_still_works_stays(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let person = add(&bed, bed.facility, "hanako", Role::Administrator).await?.to_string();
    let (device, _) = bed.device(Standing::Active).await?;
    let (open, _) = file(&bed, Kind::TakeOut, None).await?;
    let (region, facility, device, open) = (bed.region.to_string(), bed.facility.to_string(), device.to_string(), open.to_string());
    let ended = day("2027-01-10");
    let code = "INSERT INTO enrolment_code (id, region_id, facility_id, secret_hash, uses_allowed, uses, auto_confirm, ownership, issued_by, \
                issued_at, expires_at, revoked_at) ";
    let token = "INSERT INTO api_token (id, region_id, label, grants, hash, made_at, made_by, ends_at, revoked_at) ";
    let leaf = "INSERT INTO certificate (serial, device_id, key_digest, not_before, not_after, issued_at) ";
    let forever = i64::MAX;
    // Of each, what ended then, and what is in use.
    let rows = [
        format!(
            "INSERT INTO session (hash, kind, person_id, created_at, seen_at, ends_at) VALUES ('old', 'signed_in', '{person}', 0, 0, $1), \
                 ('new', 'signed_in', '{person}', 0, 0, {forever})"
        ),
        format!("INSERT INTO delayed_reset (person_id, asked_at, ready_at, ends_at) VALUES ('{person}', 0, 0, $1)"),
        format!("INSERT INTO spent_challenge (digest, ends_at) VALUES ('old', $1), ('new', {forever})"),
        format!("INSERT INTO log_view (person_id, object_id, since) VALUES ('{person}', 'old', $1), ('{person}', 'new', {forever})"),
        format!(
            "INSERT INTO invitation (hash, person_id, created_at, expires_at, used_at) VALUES ('old', '{person}', 0, {forever}, $1), \
                 ('new', '{person}', 0, {forever}, NULL)"
        ),
        format!(
            "{code} VALUES ('old', '{region}', '{facility}', 'old', 1, 0, 0, 'managed', 'operator', 0, $1, NULL), \
                 ('new', '{region}', '{facility}', 'new', 1, 0, 0, 'managed', 'operator', 0, {forever}, NULL)"
        ),
        format!(
            "{token} VALUES ('old', '{region}', '', '', 'old', 0, 'operator', {forever}, $1), \
                 ('new', '{region}', '', '', 'new', 0, 'operator', {forever}, NULL)"
        ),
        // The last one of another key says whose that key was.
        format!(
            "{leaf} VALUES ('old', '{device}', 'a', 0, $1, 0), ('new', '{device}', 'a', 0, {forever}, 5), \
                 ('lone', '{device}', 'b', 0, $1, 0)"
        ),
        format!("INSERT INTO told (about, step, at) VALUES ('{device}', 'lost_seen 2955', $1), ('{open}', 'soon 0', $1)"),
    ];
    let mut tx = bed.store.begin().await?;
    for sql in rows {
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ended.seconds()).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    let useless = async |at: Timestamp| -> anyhow::Result<()> {
        while retention::useless(&bed.store, at).await? {}
        Ok(())
    };
    let mut by_days: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for (table, fate) in TABLES {
        if let Fate::Days(days) = fate {
            by_days.entry(*days).or_default().push(table);
        }
    }
    for (days, tables) in by_days {
        let mut before = Vec::new();
        useless(ended.plus_days(days).plus_seconds(-1)).await?;
        for table in &tables {
            before.push(count(&bed, &format!("SELECT count(*) FROM {table}")).await?);
            assert!(before.last().is_some_and(|rows| *rows > 0), "{table}: too soon");
        }
        useless(ended.plus_days(days).plus_seconds(1)).await?;
        for (table, before) in tables.iter().zip(before) {
            let after = count(&bed, &format!("SELECT count(*) FROM {table}")).await?;
            assert_eq!(after, before - 1, "{table}: what ended {days} days ago is gone, and nothing else");
        }
    }
    assert_eq!(count(&bed, "SELECT count(*) FROM certificate WHERE serial <> 'old'").await?, 2);
    assert_eq!(count(&bed, &format!("SELECT count(*) FROM told WHERE about = '{open}'")).await?, 1, "the paper is open");
    Ok(())
}
