//! What the running collector consists of: concrete, shared by reference count, the only state handlers and jobs are given.

use std::sync::Arc;

use hashimori_shared::time::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::clock_guard::ClockGuard;
use crate::config::Settings;
use crate::domain::log::LogKey;
use crate::metrics::Metrics;
use crate::pki::{DeviceVerifier, Hands, Pki};
use crate::random::Random;
use crate::rules::Rules;
use crate::secrets::MasterKey;
use crate::store::Store;
use crate::store::ingest::Ingest;

/// The running collector; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of `App`.
pub struct Parts {
    /// Validated settings.
    pub settings: Settings,
    /// The store.
    pub store: Store,
    /// The way in to the writer. The writer ends when every `App` is dropped.
    pub ingest: Ingest,
    /// Packs and catalogues in force.
    pub rules: Rules,
    /// Certificates, announcements, tickets.
    pub pki: Arc<Pki>,
    /// Which client certificates pass the handshake.
    pub verifier: Arc<DeviceVerifier>,
    /// Seals secrets.
    pub master: Arc<MasterKey>,
    /// Signs the operation log.
    pub log_key: Arc<LogKey>,
    /// Whether the clock may be trusted.
    pub clock_guard: ClockGuard,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<Random>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Cancelled when the collector is to end.
    pub stopping: CancellationToken,
}

impl App {
    /// Bundles the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The collector's time: its clock's, or the latest believed one (`ClockGuard::time`).
    pub fn time(&self) -> Timestamp {
        self.clock_guard.time(self.clock.now())
    }

    /// What acts of the authority need.
    pub fn hands(&self) -> Hands<'_> {
        Hands { master: &self.master, random: &self.random, now: self.time() }
    }
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
