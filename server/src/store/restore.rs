//! Putting a copy back as the store: whole and in its new epoch, or not at all.
//! SQLite: everything is done to the copy under its passing name, which then takes the store's. PostgreSQL: a mark stands in the
//! database from before the first table until the transaction that begins the new epoch; `Store::open` refuses while it does.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

use super::backup::{CopyError, apart, run};
use super::open::{RESTORING, lock_beside};
use super::{Error, Store, StoreUrl, Tx};

/// An empty place for a store. On SQLite no collector can take it meanwhile.
#[derive(Debug)]
pub struct Vacant {
    url: StoreUrl,
    _lock: Option<File>,
}

/// A store that is put back but not yet in use.
#[derive(Debug)]
pub struct Restoring {
    store: Store,
    vacant: Vacant,
    plain: PathBuf,
}

impl Vacant {
    /// The place at `url`, if there is no store. What an unfinished restore left there is none.
    pub async fn take(url: StoreUrl) -> Result<Self, CopyError> {
        match &url {
            StoreUrl::Sqlite(path) => {
                let lock = lock_beside(path)?;
                let beside = |suffix: &str| {
                    let mut name = path.as_os_str().to_owned();
                    name.push(suffix);
                    PathBuf::from(name)
                };
                // A write-ahead log left behind would be played into the restored file.
                if let Some(there) = ["", "-wal", "-journal"].into_iter().map(beside).find(|file| file.exists()) {
                    return Err(CopyError::Occupied(there));
                }
                Ok(Self { url, _lock: Some(lock) })
            }
            StoreUrl::Postgres(text) => {
                let mut connection = connect(text).await?;
                let tables = tables(&mut connection).await?;
                connection.close().await?;
                if !tables.is_empty() && !tables.iter().any(|t| t == RESTORING) {
                    return Err(CopyError::NotEmpty);
                }
                Ok(Self { url, _lock: None })
            }
        }
    }

    /// Where a plain copy may lie on its way.
    pub fn folder(&self) -> PathBuf {
        match &self.url {
            StoreUrl::Sqlite(path) => path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned(),
            StoreUrl::Postgres(_) => std::env::temp_dir(),
        }
    }

    /// Puts the copy `plain` (in `folder`) back; nobody is served from it before `finish`.
    pub async fn fill(self, plain: PathBuf) -> Result<Restoring, CopyError> {
        let store = match &self.url {
            StoreUrl::Sqlite(_) => Store::open(StoreUrl::Sqlite(plain.clone())).await?,
            StoreUrl::Postgres(text) => {
                clear(text).await?;
                let (url, password) = apart(text);
                let args = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--dbname", &url];
                run("pg_restore", Command::new("pg_restore").args(args).arg(&plain), password).await?;
                Store::open_restoring(self.url.clone()).await?
            }
        };
        Ok(Restoring { store, vacant: self, plain })
    }
}

impl Restoring {
    /// For the transaction that begins the new epoch.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Commits that transaction and gives the store its place.
    pub async fn finish(self, mut tx: Tx) -> Result<(), CopyError> {
        match &self.vacant.url {
            StoreUrl::Sqlite(path) => {
                tx.commit().await?;
                self.store.close().await;
                let failed = |cause| CopyError::File { path: path.clone(), cause };
                File::open(&self.plain).and_then(|file| file.sync_all()).map_err(failed)?;
                std::fs::rename(&self.plain, path).map_err(failed)?;
                File::open(self.vacant.folder()).and_then(|folder| folder.sync_all()).map_err(failed)
            }
            StoreUrl::Postgres(_) => {
                sqlx::query(AssertSqlSafe(format!("DROP TABLE {RESTORING}"))).execute(&mut *tx).await?;
                tx.commit().await?;
                self.store.close().await;
                Ok(())
            }
        }
    }
}

async fn connect(url: &str) -> Result<AnyConnection, CopyError> {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.map_err(|e| CopyError::Open(super::OpenError::Unreachable(e)))
}

async fn tables(connection: &mut AnyConnection) -> Result<Vec<String>, Error> {
    sqlx::query_scalar("SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()").fetch_all(connection).await
}

/// Sets the mark, and removes what an unfinished restore has left.
async fn clear(url: &str) -> Result<(), CopyError> {
    let mut connection = connect(url).await?;
    sqlx::query(AssertSqlSafe(format!("CREATE TABLE IF NOT EXISTS {RESTORING} (one BIGINT PRIMARY KEY)"))).execute(&mut connection).await?;
    for table in tables(&mut connection).await?.into_iter().filter(|table| table != RESTORING) {
        let drop = format!("DROP TABLE \"{}\" CASCADE", table.replace('"', "\"\""));
        sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}
