//! Opening the store: URL, lock, pragmas, migrations, and errors that say what to do.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio::sync::Mutex;

use super::{Engine, Failure, Store, classify, dialect};

/// Readers on SQLite; one writer besides.
const READERS: u32 = 4;

const PRAGMAS: &str = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000; \
                       PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32768;";
const READER_PRAGMAS: &str = "PRAGMA query_only=ON; PRAGMA busy_timeout=10000; PRAGMA temp_store=MEMORY;";

/// Table that stands in a PostgreSQL database while a restore into it is under way.
pub(super) const RESTORING: &str = "restore_under_way";

/// Rest after which a connection to PostgreSQL is asked whether it is still there.
const RESTED: Duration = Duration::from_secs(1);

/// What a PostgreSQL session needs so that a commit is durable, whatever server, database or role say otherwise.
/// Settings that wait for more than the own disk (`remote_apply`, …) stay.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Where the store is.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL (holds a password: never logged).
    Postgres(String),
}

impl std::fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// Why the store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the file open for writing.
    #[error("another collector is running on {0}; stop it first, or give this one another data folder")]
    InUse(PathBuf),
    /// The folder or the file cannot be written.
    #[error("cannot write {path}: {cause}; make the data folder writable for the account the collector runs as")]
    NotWritable {
        /// Folder or file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// The file is no database, or a broken one.
    #[error("{0} is not a database, or a damaged one; put the newest backup in its place with `hashimori-server restore`")]
    Damaged(PathBuf),
    /// There is none.
    #[error("there is no store at {0}; run `hashimori-server init` first, or `restore`")]
    Missing(PathBuf),
    /// Made by a newer collector.
    #[error(
        "the store has schema {found}, this collector knows {known} at most; start the newer collector that made it, or restore a backup"
    )]
    Newer {
        /// Schema of the store.
        found: i64,
        /// Newest schema this build knows.
        known: i64,
    },
    /// PostgreSQL does not answer, or not to us.
    #[error("cannot reach PostgreSQL: {0}; see that it runs, and that host, database, name and password in `store.url` are right")]
    Unreachable(#[source] sqlx::Error),
    /// PostgreSQL is set to lose what it has acknowledged.
    #[error(
        "PostgreSQL runs with {0} = off: what it acknowledges can be lost or damaged by a power cut; \
         set {0} = on in postgresql.conf and restart it"
    )]
    NotDurable(&'static str),
    /// A restore into this database is not finished.
    #[error("a restore into this database did not finish; run `hashimori-server restore` again, nothing is served before it has")]
    Unfinished,
    /// The database cannot be opened.
    #[error("cannot open the store: {0}")]
    Connect(#[source] sqlx::Error),
    /// A migration failed.
    #[error("cannot bring the store's schema up to date: {0}")]
    Migrate(#[source] MigrateError),
}

impl Store {
    /// Opens the store for this process alone (SQLite) and brings its schema up to date.
    pub async fn open(url: StoreUrl) -> Result<Self, OpenError> {
        Self::open_with(url, PRAGMAS, false).await
    }

    /// Opens what a restore has put back and not finished.
    pub(super) async fn open_restoring(url: StoreUrl) -> Result<Self, OpenError> {
        Self::open_with(url, PRAGMAS, true).await
    }

    /// The control of the power-cut test: a store that never syncs and so must lose something. No program of ours calls it.
    #[doc(hidden)]
    pub async fn open_unsynced(url: StoreUrl) -> Result<Self, OpenError> {
        Self::open_with(url, "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;", false).await
    }

    async fn open_with(url: StoreUrl, pragmas: &'static str, restoring: bool) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let (engine, read, write, lock) = match &url {
            StoreUrl::Sqlite(path) => {
                let lock = lock_beside(path)?;
                let name = |error| named(path, error);
                let write = sqlite_pool(path, 1, pragmas).await.map_err(name)?;
                migrate(Engine::Sqlite, &write).await.map_err(name)?;
                (Engine::Sqlite, sqlite_pool(path, READERS, READER_PRAGMAS).await.map_err(name)?, write, Some(lock))
            }
            StoreUrl::Postgres(text) => {
                let pool = postgres_pool(text, 10, restoring).await?;
                migrate(Engine::Postgres, &pool).await?;
                (Engine::Postgres, pool.clone(), pool, None)
            }
        };
        let turn = (engine == Engine::Sqlite).then(|| Arc::new(Mutex::new(())));
        Ok(Self { engine, url, read, write, turn, acts: Arc::new(AtomicU64::new(0)), _lock: lock.map(Arc::new) })
    }

    /// Opens the store beside a collector that may be running, for acts that touch neither standing nor roll-ups (the writer
    /// remembers those): issuing a code, inviting a person, rotating the authority. The schema must be up to date.
    pub async fn open_beside(url: StoreUrl) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let (engine, read, write) = match &url {
            StoreUrl::Sqlite(path) => {
                if !path.exists() {
                    return Err(OpenError::Missing(path.clone()));
                }
                let name = |error| named(path, error);
                let write = sqlite_pool(path, 1, PRAGMAS).await.map_err(name)?;
                (Engine::Sqlite, sqlite_pool(path, 1, READER_PRAGMAS).await.map_err(name)?, write)
            }
            StoreUrl::Postgres(text) => {
                let pool = postgres_pool(text, 2, false).await?;
                (Engine::Postgres, pool.clone(), pool)
            }
        };
        let turn = (engine == Engine::Sqlite).then(|| Arc::new(Mutex::new(())));
        Ok(Self { engine, url, read, write, turn, acts: Arc::new(AtomicU64::new(0)), _lock: None })
    }

    /// Closes every connection; on SQLite this folds the write-ahead log into the file.
    pub async fn close(self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// The lock is a file of its own, so that SQLite's own locks stay as they are.
pub(super) fn lock_beside(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let not_writable = |cause: std::io::Error| OpenError::NotWritable { path: path.to_owned(), cause: cause.to_string() };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(name).map_err(not_writable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(cause)) => Err(not_writable(cause)),
    }
}

async fn migrate(engine: Engine, pool: &AnyPool) -> Result<(), OpenError> {
    match dialect::migrations(engine).run(pool).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) if found > dialect::newest() => Err(OpenError::Newer { found, known: dialect::newest() }),
        Err(MigrateError::Execute(cause)) => Err(OpenError::Connect(cause)),
        Err(cause) => Err(OpenError::Migrate(cause)),
    }
}

/// Says what a failure of this file means.
fn named(path: &Path, error: OpenError) -> OpenError {
    let OpenError::Connect(cause) = error else { return error };
    let read_only =
        matches!(&cause, sqlx::Error::Database(e) if matches!(e.code().as_deref(), Some("8" | "264" | "520" | "776" | "1032" | "1288")));
    match classify(&cause) {
        Failure::Corrupt => OpenError::Damaged(path.to_owned()),
        Failure::Full | Failure::Fatal => OpenError::NotWritable { path: path.to_owned(), cause: cause.to_string() },
        Failure::Unavailable | Failure::Statement if read_only => {
            OpenError::NotWritable { path: path.to_owned(), cause: cause.to_string() }
        }
        Failure::Unavailable | Failure::Statement => OpenError::Connect(cause),
    }
}

async fn sqlite_pool(path: &Path, connections: u32, pragmas: &'static str) -> Result<AnyPool, OpenError> {
    let url = sqlite_url(path);
    // A pool tries again until its time is up and then says only that: ask once without one, for the real answer.
    let mut first = AnyConnection::connect(&url).await.map_err(OpenError::Connect)?;
    let answer = sqlx::raw_sql(pragmas).execute(&mut first).await;
    answer.map_err(OpenError::Connect)?;
    first.close().await.map_err(OpenError::Connect)?;
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(30))
        .after_connect(move |connection, _| Box::pin(async move { sqlx::raw_sql(pragmas).execute(connection).await.map(|_| ()) }))
        .connect(&url)
        .await
        .map_err(OpenError::Connect)
}

async fn postgres_pool(url: &str, connections: u32, restoring: bool) -> Result<AnyPool, OpenError> {
    // As above: the pool would try for half a minute and then not say why.
    let mut first = AnyConnection::connect(url).await.map_err(OpenError::Unreachable)?;
    let found = inspect(&mut first).await.map_err(OpenError::Unreachable)?;
    first.close().await.map_err(OpenError::Unreachable)?;
    if let Some(setting) = found.not_durable {
        return Err(OpenError::NotDurable(setting));
    }
    if found.restoring && !restoring {
        return Err(OpenError::Unfinished);
    }
    // A device waits half a minute for its answer: it is to hear "come back" well before that.
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        // Asking each time would double the way to the database for the writer, whose connection hardly rests.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| Box::pin(async move { sqlx::raw_sql(DURABLE).execute(connection).await.map(|_| ()) }))
        .connect(url)
        .await
        .map_err(OpenError::Unreachable)
}

/// What a PostgreSQL server and its database say of themselves.
struct Inspected {
    /// A setting that is off and must not be.
    not_durable: Option<&'static str>,
    restoring: bool,
}

async fn inspect(connection: &mut AnyConnection) -> Result<Inspected, sqlx::Error> {
    let mut not_durable = None;
    for setting in ["fsync", "full_page_writes"] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut *connection).await?;
        if value == "off" {
            not_durable.get_or_insert(setting);
        }
    }
    let marks: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1")
        .bind(RESTORING)
        .fetch_one(connection)
        .await?;
    Ok(Inspected { not_durable, restoring: marks > 0 })
}

/// A URL in which every character of the path stands for itself.
pub(super) fn sqlite_url(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut url = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            url.push(char::from(*byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url.push_str("?mode=rwc");
    url
}
