//! Who a device is, read from the certificate of its connection once per connection; never from a header or a body.

use hashimori_shared::time::{DAY, Timestamp};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{DRAWER_DAYS, issue};
use crate::domain::ids::{DeviceId, FacilityId, RegionId};

/// A leaf that chains to our root but is not shaped like a device's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client certificate is not a device's")]
pub struct InvalidLeaf;

/// What a verified device leaf says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCertificate {
    /// The device.
    pub device: DeviceId,
    /// Its facility when the leaf was made; the ledger may know better.
    pub facility: FacilityId,
    /// Its region.
    pub region: RegionId,
    /// Serial, hexadecimal.
    pub serial: String,
    /// SHA-256 of the SubjectPublicKeyInfo, hexadecimal.
    pub key_digest: String,
    /// Validity.
    pub not_before: Timestamp,
    /// Validity.
    pub not_after: Timestamp,
}

/// How a leaf stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Valid.
    Valid,
    /// Expired for at most 400 days: renewal and nothing else.
    Drawer,
    /// Expired for longer: enrol again.
    Gone,
}

impl DeviceCertificate {
    /// Reads a leaf that the TLS verifier has let through.
    pub fn parse(der: &[u8]) -> Result<Self, InvalidLeaf> {
        let (_, leaf) = X509Certificate::from_der(der).map_err(|_| InvalidLeaf)?;
        let subject = leaf.subject();
        let common_name = subject.iter_common_name().next().and_then(|a| a.as_str().ok());
        let facility = subject.iter_organizational_unit().next().and_then(|a| a.as_str().ok());
        let region = subject.iter_organization().next().and_then(|a| a.as_str().ok());
        let (Some(device), Some(facility), Some(region)) = (common_name, facility, region) else { return Err(InvalidLeaf) };
        Ok(Self {
            device: device.parse().map_err(|_| InvalidLeaf)?,
            facility: facility.parse().map_err(|_| InvalidLeaf)?,
            region: region.parse().map_err(|_| InvalidLeaf)?,
            serial: data_encoding::HEXLOWER.encode(leaf.raw_serial()),
            key_digest: issue::key_digest(leaf.public_key().raw),
            not_before: Timestamp::from_seconds(leaf.validity().not_before.timestamp()),
            not_after: Timestamp::from_seconds(leaf.validity().not_after.timestamp()),
        })
    }

    /// How it stands at `now`.
    pub const fn freshness(&self, now: Timestamp) -> Freshness {
        let over = now.seconds_since(self.not_after);
        if over <= 0 {
            Freshness::Valid
        } else if over <= DRAWER_DAYS * DAY {
            Freshness::Drawer
        } else {
            Freshness::Gone
        }
    }
}
