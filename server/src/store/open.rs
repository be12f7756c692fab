//! Opening the store: URL, pragmas, migrations, and errors that say what to do.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use tokio::sync::Mutex;

use super::{Engine, Store};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Readers on SQLite; one writer besides.
const READERS: u32 = 4;

/// Where the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL (holds a password: never logged).
    Postgres(String),
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be reached or is not one.
    #[error("cannot open the store: {0}")]
    Connect(#[source] sqlx::Error),
    /// The schema is newer than this binary, or a migration failed.
    #[error("cannot bring the store's schema up to date: {0}")]
    Migrate(#[source] MigrateError),
}

impl Store {
    /// Opens the store and brings its schema up to date.
    pub async fn open(url: StoreUrl) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let (engine, read, write) = match &url {
            StoreUrl::Sqlite(path) => {
                let text = format!("sqlite://{}?mode=rwc", path.display());
                let write = sqlite_pool(&text, 1).await?;
                (Engine::Sqlite, sqlite_pool(&text, READERS).await?, write)
            }
            StoreUrl::Postgres(text) => {
                let pool = AnyPoolOptions::new().max_connections(10).connect(text).await.map_err(OpenError::Connect)?;
                (Engine::Postgres, pool.clone(), pool)
            }
        };
        MIGRATIONS.run(&write).await.map_err(OpenError::Migrate)?;
        let turn = (engine == Engine::Sqlite).then(|| Arc::new(Mutex::new(())));
        Ok(Self { engine, url, read, write, turn })
    }
}

async fn sqlite_pool(url: &str, connections: u32) -> Result<AnyPool, OpenError> {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
                     PRAGMA busy_timeout=10000; PRAGMA wal_autocheckpoint=20000; PRAGMA temp_store=MEMORY;",
                )
                .execute(connection)
                .await
                .map(|_| ())
            })
        })
        .connect(url)
        .await
        .map_err(OpenError::Connect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_uncommitted_transaction_leaves_nothing_and_a_committed_one_is_read() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(StoreUrl::Sqlite(dir.path().join("store.db"))).await.expect("opens");
        for commit in [false, true] {
            let mut tx = store.begin().await.expect("begins");
            sqlx::query("INSERT INTO region (id, name, pack, created_at) VALUES ($1, $2, $3, $4)")
                .bind("r")
                .bind("架空圏域")
                .bind("p")
                .bind(0_i64)
                .execute(&mut *tx)
                .await
                .expect("inserts");
            if commit {
                tx.commit().await.expect("commits");
            }
        }
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM region").fetch_one(store.read()).await.expect("counts");
        assert_eq!(count, 1);
    }
}
