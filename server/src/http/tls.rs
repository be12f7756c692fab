//! TLS of the device port: version 1.3 only, P-256 (and X25519 key exchange), ring, ALPN `http/1.1`, tickets sealed by keys in the store.

use std::sync::Arc;

use rustls::pki_types::UnixTime;
use rustls::server::NoServerSessionStorage;
use rustls::time_provider::TimeProvider;
use rustls::{Error, ServerConfig};

use crate::clock::Clock;
use crate::pki::{DeviceVerifier, Pki};

/// The collector's clock, as the TLS library asks for it (age of tickets).
#[derive(Clone)]
struct Told(Arc<dyn Clock>);

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

impl TimeProvider for Told {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

/// The device port's configuration; certificate, roots and ticket keys in it can be replaced while running.
pub(super) fn device_config(pki: &Arc<Pki>, verifier: &Arc<DeviceVerifier>, clock: &Arc<dyn Clock>) -> Result<Arc<ServerConfig>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_details(provider, Arc::new(Told(Arc::clone(clock))))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(Arc::<DeviceVerifier>::clone(verifier))
        .with_cert_resolver(Arc::<Pki>::clone(pki));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ticketer = Arc::<crate::pki::Tickets>::clone(pki.tickets());
    // A device makes one connection per check-in: a second ticket would only cost.
    config.send_tls13_tickets = 1;
    Ok(Arc::new(config))
}
