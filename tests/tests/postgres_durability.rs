//! PostgreSQL acknowledges only what is durable, whatever its database or its role is set to; one set to lose data is refused.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use hashimori_server::random::Random;
use hashimori_server::store::{Store, StoreUrl};
use hashimori_tests::host::{Host, Line, between, missing};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::waiting::until_async;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

const ROUNDS: u8 = 5;

async fn say(url: &str, sql: &str) -> anyhow::Result<()> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

#[tokio::test]
async fn every_session_waits_for_its_commits_to_be_durable_though_the_database_says_otherwise() -> anyhow::Result<()> {
    let cluster = Postgres::start()?;
    for (set, kept) in [("off", "on"), ("on", "on"), ("local", "local"), ("remote_apply", "remote_apply")] {
        let url = cluster.database(set)?;
        say(&url, &format!("ALTER DATABASE \"{set}\" SET synchronous_commit = {set}")).await?;
        let store = Store::open(StoreUrl::Postgres(url.clone())).await?;
        let beside = Store::open_beside(StoreUrl::Postgres(url)).await?;
        for store in [store, beside] {
            let (mut one, mut two) = (store.read().acquire().await?, store.read().acquire().await?);
            for connection in [&mut one, &mut two] {
                let value: String = sqlx::query_scalar("SELECT current_setting('synchronous_commit')").fetch_one(&mut **connection).await?;
                assert_eq!(value, kept, "set to {set}");
            }
            drop((one, two));
            store.close().await;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_server_set_to_lose_what_it_has_acknowledged_is_refused_with_the_setting_named() -> anyhow::Result<()> {
    let mut cluster = Postgres::start()?;
    let url = cluster.database("careless")?;
    Store::open(StoreUrl::Postgres(url.clone())).await?.close().await;
    for setting in ["fsync", "full_page_writes"] {
        say(&url, &format!("ALTER SYSTEM SET {setting} = off")).await?;
        cluster.halt()?;
        cluster.resume()?;
        let refused = Store::open(StoreUrl::Postgres(url.clone())).await.err().context("refused")?.to_string();
        assert!(refused.contains(&format!("set {setting} = on in postgresql.conf")), "{refused}");
        assert!(Store::open_beside(StoreUrl::Postgres(url.clone())).await.is_err());
        say(&url, &format!("ALTER SYSTEM RESET {setting}")).await?;
    }
    cluster.halt()?;
    cluster.resume()?;
    Store::open(StoreUrl::Postgres(url)).await?.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_in_acknowledged_before_an_immediate_stop_is_found_again() -> anyhow::Result<()> {
    let mut cluster = Postgres::start()?;
    let url = cluster.database("stopped")?;
    // Left to this, the last tenths of a second would be lost.
    say(&url, "ALTER DATABASE stopped SET synchronous_commit = off").await?;
    say(&url, "ALTER SYSTEM SET wal_writer_delay = '10s'").await?;
    cluster.halt()?;
    cluster.resume()?;
    let random = Arc::new(Random::seeded(22));
    let mut acknowledged = 0;
    for life in 1..=ROUNDS {
        let store = Store::open(StoreUrl::Postgres(url.clone())).await?;
        let said: Arc<Mutex<Vec<Line>>> = Arc::default();
        let note = {
            let said = Arc::clone(&said);
            move |line: String| {
                let line = line.parse().map_err(std::io::Error::other)?;
                said.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                Ok(())
            }
        };
        let host = tokio::spawn(Host { life, hasty: false }.run(store.clone(), note));
        let count = between(&random, 50, 600);
        until_async("acknowledgements", async || {
            (said.lock().unwrap_or_else(PoisonError::into_inner).len() >= count || host.is_finished()).then_some(())
        })
        .await?;
        cluster.halt()?;
        host.await??;
        store.close().await;
        cluster.resume()?;
        let lines = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
        assert!(lines.len() >= count, "the host ended after {} acknowledgements", lines.len());
        let store = Store::open(StoreUrl::Postgres(url.clone())).await?;
        let gone = missing(&store, &lines).await?;
        store.close().await;
        assert!(gone.is_empty(), "life {life}: {} of {} lost, first {:?}", gone.len(), lines.len(), gone.first());
        acknowledged += lines.len();
    }
    println!("{ROUNDS} immediate stops, {acknowledged} acknowledged, 0 lost");
    Ok(())
}
