//! The other end of a connection: its certificate, read once, and the network it comes from.

use std::net::IpAddr;
use std::sync::OnceLock;

use hashimori_shared::time::Timestamp;
use rustls::pki_types::CertificateDer;

use super::answer::Refused;
use crate::app::App;
use crate::domain::device::DeviceN;
use crate::pki::{DeviceCertificate, Freshness};

/// The other end of a connection.
pub(super) struct Peer {
    certificate: Option<DeviceCertificate>,
    address: IpAddr,
    /// The device's number, once it is known: the mapping never changes.
    pub(super) n: OnceLock<DeviceN>,
}

impl Peer {
    /// From what the TLS library verified (now, or when the ticket was made).
    pub(super) fn new(chain: Option<&[CertificateDer<'_>]>, address: IpAddr) -> Self {
        let certificate = chain.and_then(<[_]>::first).and_then(|leaf| DeviceCertificate::parse(leaf).ok());
        Self { certificate, address, n: OnceLock::new() }
    }

    /// The device's certificate, whatever its age.
    pub(super) fn certificate(&self) -> Result<&DeviceCertificate, Refused> {
        self.certificate.as_ref().ok_or(Refused::NoCertificate)
    }

    /// The device's certificate, if it is still valid at the collector's time: a clock that is not believed lets nothing expire.
    pub(super) fn valid_certificate(&self, now: Timestamp) -> Result<&DeviceCertificate, Refused> {
        let certificate = self.certificate()?;
        match certificate.freshness(now) {
            Freshness::Valid => Ok(certificate),
            Freshness::Drawer => Err(Refused::Expired { may_renew: true }),
            Freshness::Gone => Err(Refused::Expired { may_renew: false }),
        }
    }

    /// The certificate, if it may be renewed.
    pub(super) fn renewable_certificate(&self, now: Timestamp) -> Result<&DeviceCertificate, Refused> {
        let certificate = self.certificate()?;
        match certificate.freshness(now) {
            Freshness::Valid | Freshness::Drawer => Ok(certificate),
            Freshness::Gone => Err(Refused::Expired { may_renew: false }),
        }
    }

    /// A name for the network it comes from that tells nobody the address.
    pub(super) fn origin(&self, app: &App) -> String {
        let bytes = match self.address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => v6.octets(),
        };
        app.master.pseudonym("enrolment-origin", &bytes)
    }
}
