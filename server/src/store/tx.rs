//! A write transaction. A request opens one, and `commit(self)` is its last line.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::OwnedMutexGuard;

use super::Error;

/// A write transaction; holds SQLite's turn until it ends.
pub struct Tx {
    inner: Transaction<'static, Any>,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Tx {
    pub(super) const fn new(inner: Transaction<'static, Any>, turn: Option<OwnedMutexGuard<()>>) -> Self {
        Self { inner, _turn: turn }
    }

    /// Makes it durable. Only after this may anything be acknowledged.
    pub async fn commit(self) -> Result<(), Error> {
        self.inner.commit().await
    }

    /// Undoes it before the next turn begins; dropping does the same, but later.
    pub async fn rollback(self) -> Result<(), Error> {
        self.inner.rollback().await
    }
}

impl Deref for Tx {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
