//! Who this device is to its collector, and which roots it trusts. No secret lies here: the key is in `key`.

use data_encoding::BASE64;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use rustls_pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::key::KeyPlace;
use crate::state::{Folder, Found, StateError};

const FILE: &str = "identity.json";

/// An enrolled device's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// The device's id (UUID), given by the collector.
    pub(crate) device: String,
    /// `host:port`, the present one first, successors behind it.
    pub(crate) endpoints: Vec<String>,
    /// Facility's display name.
    pub(crate) facility: String,
    /// Label given at enrolment.
    pub(crate) label: Option<String>,
    /// Language named at enrolment; the configuration's own goes before it.
    #[serde(default)]
    pub(crate) language: Lang,
    /// When, by the device's clock.
    pub(crate) enrolled_at: Timestamp,
    /// Trusted roots, base64 of DER: the one pinned at enrolment first.
    pub(crate) roots: Vec<String>,
    /// Leaf and issuing certificate, base64 of DER.
    pub(crate) chain: Vec<String>,
    /// Where the key lies.
    pub(crate) key_place: KeyPlace,
    /// Serial of the last `NextRoot` taken.
    pub(crate) next_root_serial: u64,
    /// Serial of the last `Successor` taken.
    pub(crate) successor_serial: u64,
}

/// What is kept of the identity.
#[derive(Debug)]
pub(crate) enum Enrolment {
    /// Enrolled.
    Enrolled(Box<Identity>),
    /// Not enrolled.
    Absent,
    /// There was one, but the file is damaged.
    Damaged,
}

impl Identity {
    /// Reads it; nothing is changed.
    pub(crate) fn find(folder: &Folder) -> Result<Enrolment, StateError> {
        Ok(match folder.read(FILE)? {
            Found::Content(bytes) => serde_json::from_slice(&bytes).map_or(Enrolment::Damaged, |i| Enrolment::Enrolled(Box::new(i))),
            Found::Absent => Enrolment::Absent,
            Found::Damaged => Enrolment::Damaged,
        })
    }

    /// Writes it durably.
    pub(crate) fn save(&self, folder: &Folder) -> Result<(), StateError> {
        folder.write(FILE, &serde_json::to_vec(self).unwrap_or_default())
    }

    /// Sets a damaged one aside so that the device can be enrolled anew.
    pub(crate) fn set_aside(folder: &Folder) -> Result<(), StateError> {
        folder.set_aside(FILE)
    }

    /// The trusted roots.
    pub(crate) fn root_ders(&self) -> Vec<CertificateDer<'static>> {
        decode(&self.roots)
    }

    /// Leaf and issuing certificate.
    pub(crate) fn chain_ders(&self) -> Vec<CertificateDer<'static>> {
        decode(&self.chain)
    }

    /// Whether a third of the leaf's life has passed at `now` (day 30 of 90): early enough to fail for two months and still be in time.
    /// Also when it cannot be read, for renewal mends that.
    pub(crate) fn wants_renewal(&self, now: Timestamp) -> bool {
        self.validity().is_none_or(|(from, until)| now >= from.plus_seconds(until.seconds_since(from) / 3))
    }

    /// Whether the leaf has run out at `now`.
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        self.validity().is_some_and(|(_, not_after)| now > not_after)
    }

    /// The leaf's validity.
    pub(crate) fn validity(&self) -> Option<(Timestamp, Timestamp)> {
        validity(self.chain_ders().first()?)
    }
}

/// A certificate's validity.
pub(crate) fn validity(der: &CertificateDer<'_>) -> Option<(Timestamp, Timestamp)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let v = certificate.validity();
    Some((Timestamp::from_seconds(v.not_before.timestamp()), Timestamp::from_seconds(v.not_after.timestamp())))
}

fn decode(list: &[String]) -> Vec<CertificateDer<'static>> {
    list.iter().filter_map(|text| BASE64.decode(text.as_bytes()).ok()).map(CertificateDer::from).collect()
}
