//! The store: the only room with SQL. One SQL text for SQLite and PostgreSQL (`$n`, BIGINT, TEXT, BYTEA), migrations
//! included (`dialect`). Reads take `read()`, writes take `begin()` and end with `commit()`.
//!
//! Invariant: on SQLite there is one writer at a time, and turns are taken in order of arrival, so that a person's
//! act waits for at most the batch under way. What changes a device's standing or any roll-up begins with `begin_ledger()`.

mod authority;
mod dialect;
mod error;
mod name_part;
mod open;
mod rows;
mod tx;

pub mod account_event;
pub mod agents;
pub mod alert;
pub mod api_token;
pub mod appointment;
pub mod area;
pub mod backup;
pub mod belonging;
pub mod certificate;
pub mod delayed_reset;
pub mod device;
pub mod device_state;
pub mod disaster;
pub mod enrolment_code;
pub mod exclusion;
pub mod facility;
pub mod facility_link;
pub mod feed;
pub mod history;
pub mod ingest;
pub mod invitation;
pub mod ledger;
pub mod listed;
pub mod log;
pub mod loss;
pub mod mail;
pub mod membership;
pub mod meta;
pub mod notice;
pub mod oidc;
pub mod own_rules;
mod packed;
pub mod paper;
pub mod passkey;
pub mod person;
pub mod personal_policy;
pub mod rank;
pub mod region;
pub mod restore;
pub mod retention;
pub mod rollup;
pub mod self_check;
pub mod session;
pub mod staff;
pub mod taken_form;
pub mod throttle;
pub mod told;
pub mod trend;
pub mod webhook;

pub use authority::{AuthorityKind, AuthorityRow};
pub use error::{Failure, classify};
pub use open::{OpenError, StoreUrl};
pub use tx::Tx;

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, Connection as _, SqlSafeStr as _, Transaction};
use tokio::sync::Mutex;

/// A statement failed. The cause is for the log; a person sees a request id.
pub type Error = sqlx::Error;

/// Which database holds the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded SQLite, WAL, `synchronous=FULL`.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// PostgreSQL's advisory lock under which standings and roll-ups change ("hashimor" in ASCII).
const LEDGER_LOCK: i64 = 0x6861_7368_696d_6f72;

/// PostgreSQL's advisory lock under which tries to sign in are counted ("throttle" in ASCII).
const COUNTING_LOCK: i64 = 0x7468_726f_7474_6c65;

/// A handle to the store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    url: StoreUrl,
    read: AnyPool,
    write: AnyPool,
    /// SQLite's turn-taking; PostgreSQL takes its own.
    turn: Option<Arc<Mutex<()>>>,
    /// How many transactions of others than the ingest writer have begun: what the writer remembers is as old as that.
    acts: Arc<AtomicU64>,
    /// Held while this process has the SQLite file open for writing.
    _lock: Option<Arc<File>>,
}

impl Store {
    /// Which engine this is.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Where it is.
    pub const fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// For reading outside a transaction. On SQLite these connections refuse to write.
    pub const fn read(&self) -> &AnyPool {
        &self.read
    }

    /// Begins a write transaction. Dropped without `commit`, it is rolled back.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let tx = self.take_turn().await?;
        self.acts.fetch_add(1, Ordering::SeqCst);
        Ok(tx)
    }

    /// Begins a write transaction that may change a device's standing or a roll-up: on either engine the only one of its kind.
    pub async fn begin_ledger(&self) -> Result<Tx, Error> {
        let mut tx = self.begin().await?;
        self.lock_ledger(&mut tx).await?;
        self.count_ledger(&mut tx).await?;
        Ok(tx)
    }

    /// Begins a write transaction that decides by a throttle's counters: on either engine the only one of its kind, so that tries made
    /// at the same time are counted one after the other.
    pub async fn begin_counting(&self) -> Result<Tx, Error> {
        let mut tx = self.begin().await?;
        if self.engine == Engine::Postgres {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(COUNTING_LOCK).execute(&mut *tx).await?;
        }
        Ok(tx)
    }

    /// Begins a write transaction that changes nothing the writer remembers: the operation log's own.
    async fn begin_apart(&self) -> Result<Tx, Error> {
        self.take_turn().await
    }

    /// Begins a write transaction in which roll-ups stand still, and which changes nothing the writer remembers.
    async fn begin_beside_ledger(&self) -> Result<Tx, Error> {
        let mut tx = self.take_turn().await?;
        self.lock_ledger(&mut tx).await?;
        Ok(tx)
    }

    /// The writer's own transaction, and the ledger's count: one more than in its last committed one unless somebody else has been
    /// there. Always 0 on SQLite, where `acts` says so.
    async fn begin_ingest(&self) -> Result<(Tx, i64), Error> {
        let mut tx = self.begin_beside_ledger().await?;
        let count = self.count_ledger(&mut tx).await?;
        Ok((tx, count))
    }

    /// Counts a transaction under the ledger's lock.
    async fn count_ledger(&self, tx: &mut Tx) -> Result<i64, Error> {
        match self.engine {
            Engine::Sqlite => Ok(0),
            Engine::Postgres => {
                sqlx::query_scalar("UPDATE tail_mark SET revision = revision + 1 WHERE one = 1 RETURNING revision")
                    .fetch_one(&mut **tx)
                    .await
            }
        }
    }

    async fn lock_ledger(&self, tx: &mut Tx) -> Result<(), Error> {
        if self.engine == Engine::Postgres {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LEDGER_LOCK).execute(&mut **tx).await?;
        }
        Ok(())
    }

    async fn take_turn(&self) -> Result<Tx, Error> {
        let turn = match &self.turn {
            Some(turn) => Some(Arc::clone(turn).lock_owned().await),
            None => None,
        };
        let begun = match self.engine {
            // Takes SQLite's write lock at once: a command running beside the collector makes it wait, not fail.
            Engine::Sqlite => Transaction::begin(self.sound_connection().await?, Some("BEGIN IMMEDIATE".into_sql_str())).await?,
            Engine::Postgres => self.write.begin().await?,
        };
        Ok(Tx::new(begun, turn))
    }

    /// SQLite's writing connection, opened anew when it is out of step: on some errors (a full disk) SQLite rolls back by
    /// itself, the library's own rollback then fails and it goes on counting a transaction that is no more
    /// (https://sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
    async fn sound_connection(&self) -> Result<PoolConnection<Any>, Error> {
        let mut connection = self.write.acquire().await?;
        if connection.is_in_transaction() {
            // A rollback that a dropped transaction left behind is done before this is answered.
            connection.ping().await?;
        }
        if connection.is_in_transaction() {
            connection.close().await?;
            connection = self.write.acquire().await?;
        }
        Ok(connection)
    }
}
