//! The store: the only room with SQL. One SQL text for SQLite and PostgreSQL (`$n`, BIGINT, TEXT, BYTEA/BLOB);
//! ingestion alone has one file per engine. Reads take `read()`, writes take `begin()` and end with `commit()`.
//!
//! Invariant: on SQLite there is one writer at a time, and turns are taken in order of arrival, so that a person's
//! act waits for at most the batch under way.

mod authority;
pub mod belonging;
pub mod invitation;
mod open;
pub mod person;
pub mod session;
pub mod throttle;
mod tx;

pub use authority::{AuthorityKind, AuthorityRow};
pub use open::{OpenError, StoreUrl};
pub use tx::Tx;

use std::sync::Arc;

use sqlx::AnyPool;
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

/// A handle to the store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    url: StoreUrl,
    read: AnyPool,
    write: AnyPool,
    /// SQLite's turn-taking; PostgreSQL takes its own.
    turn: Option<Arc<Mutex<()>>>,
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

    /// For reading outside a transaction.
    pub const fn read(&self) -> &AnyPool {
        &self.read
    }

    /// Begins a write transaction. Dropped without `commit`, it is rolled back.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let turn = match &self.turn {
            Some(turn) => Some(Arc::clone(turn).lock_owned().await),
            None => None,
        };
        Ok(Tx::new(self.write.begin().await?, turn))
    }
}
