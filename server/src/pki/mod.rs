//! The collector's certificate authority for devices (P-256 throughout): a pinned root (20 years), an issuing CA (2 years, renews
//! itself), the device port's leaf, device leaves (90 days), session tickets and signed announcements.
//! Knows nothing of standing: that is read per check-in, because a resumed TLS session verifies no certificate.

mod announce;
mod authority;
mod identity;
mod issue;
mod root_key;
mod switch;
mod tickets;
mod verify;

pub use announce::{Say, announce};
pub use authority::{Authority, Hands, PkiError, ServerNames, create_authority, renew_due, rotate_issuing};
pub use identity::{DeviceCertificate, Freshness, InvalidLeaf};
pub use issue::{DeviceLeaf, InvalidRequest, LeafRequest, Subject};
pub use root_key::{WhichRoot, export_root_key, forget_root_key};
pub use switch::switch_root;
pub use tickets::{Tickets, rotate_tickets};
pub use verify::DeviceVerifier;

use std::sync::{Arc, PoisonError, RwLock};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Days a device leaf is valid.
pub const DEVICE_LEAF_DAYS: i64 = 90;
/// Days for which an expired leaf may still renew.
pub const DRAWER_DAYS: i64 = 400;

/// The authority in use; replaced whole when something is rotated. Cheap to share.
#[derive(Debug)]
pub struct Pki {
    current: RwLock<Arc<Authority>>,
    tickets: Arc<Tickets>,
}

impl Pki {
    /// With this authority and these ticket keys.
    pub fn new(authority: Authority, tickets: Arc<Tickets>) -> Self {
        Self { current: RwLock::new(Arc::new(authority)), tickets }
    }

    /// The authority in use now.
    pub fn authority(&self) -> Arc<Authority> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Session tickets.
    pub const fn tickets(&self) -> &Arc<Tickets> {
        &self.tickets
    }

    /// Takes another authority into use, for new handshakes and new leaves.
    pub fn replace(&self, authority: Authority) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(authority);
    }
}

impl ResolvesServerCert for Pki {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.authority().server))
    }
}
