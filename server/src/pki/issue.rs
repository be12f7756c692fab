//! Making certificates: the shapes of root, issuing CA, server leaf and device leaf (RFC 5280), and checking a device's request.

use std::time::Duration;

use hashimori_shared::time::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PublicKeyData as _, SerialNumber, SigningKey,
};
use rustls_pki_types::{CertificateDer, CertificateSigningRequestDer};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::DEVICE_LEAF_DAYS;
use crate::domain::ids::{DeviceId, FacilityId, RegionId};
use crate::random::Random;

/// Validity of a certificate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validity {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl Validity {
    /// From a little before `now` (clocks differ) for `days`.
    pub(super) const fn days(now: Timestamp, days: i64) -> Self {
        Self { not_before: now.plus_seconds(-300), not_after: now.plus_days(days) }
    }
}

/// Why a device's certificate request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// Not PKCS#10, or its signature does not fit its key.
    #[error("the certificate request is not PKCS#10 with a valid signature (RFC 2986)")]
    NotARequest,
    /// Another kind of key.
    #[error("the certificate request must be over a P-256 key, signed with ECDSA and SHA-256")]
    NotP256,
}

/// A device's checked request: only its public key is taken from it, never a name it asks for.
pub struct LeafRequest {
    params: CertificateSigningRequestParams,
    /// SHA-256 of the SubjectPublicKeyInfo, hexadecimal.
    pub key_digest: String,
}

impl LeafRequest {
    /// Checks a PKCS#10 request (DER).
    pub fn parse(der: &[u8]) -> Result<Self, InvalidRequest> {
        if der.len() > 4096 {
            return Err(InvalidRequest::NotARequest);
        }
        let params =
            CertificateSigningRequestParams::from_der(&CertificateSigningRequestDer::from(der)).map_err(|_| InvalidRequest::NotARequest)?;
        let p256 = params.public_key.algorithm() == &rcgen::PKCS_ECDSA_P256_SHA256 && params.public_key.der_bytes().len() == 65;
        if !p256 {
            return Err(InvalidRequest::NotP256);
        }
        let key_digest = key_digest(&params.public_key.subject_public_key_info());
        Ok(Self { params, key_digest })
    }
}

/// SHA-256 of a SubjectPublicKeyInfo (DER), hexadecimal: how a device's key is named in the store.
pub(super) fn key_digest(spki: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(spki))
}

/// A leaf made for a device.
#[derive(Clone, Debug)]
pub struct DeviceLeaf {
    /// Certificate, DER.
    pub der: Vec<u8>,
    /// Serial, hexadecimal.
    pub serial: String,
    /// Validity.
    pub not_before: Timestamp,
    /// Validity.
    pub not_after: Timestamp,
}

/// Seconds since 1970, cut at the year 2900: RFC 5280 §4.1.2.5 ends with 9999, and a clock beyond that is broken anyway.
fn since_epoch(t: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(t.seconds()).unwrap_or(0).min(29_348_006_400))
}

fn name(pairs: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, text) in pairs {
        name.push(kind.clone(), *text);
    }
    name
}

fn shape(subject: DistinguishedName, validity: Validity, random: &Random) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject;
    params.not_before = rcgen::date_time_ymd(1970, 1, 1) + since_epoch(validity.not_before);
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + since_epoch(validity.not_after);
    params.serial_number = Some(serial(random));
    params.use_authority_key_identifier_extension = true;
    params
}

/// A random positive serial of 16 bytes (RFC 5280 §4.1.2.2).
fn serial(random: &Random) -> SerialNumber {
    let mut bytes: [u8; 16] = random.bytes();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

fn authority(params: &mut CertificateParams, path_length: u8) {
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(path_length));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
}

pub(super) fn root(validity: Validity, random: &Random) -> Result<(CertificateDer<'static>, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let tag = data_encoding::HEXLOWER.encode(&random.bytes::<4>());
    let mut params = shape(name(&[(DnType::CommonName, &format!("Hashimori Root {tag}"))]), validity, random);
    authority(&mut params, 1);
    Ok((params.self_signed(&key)?.der().clone(), key))
}

/// The next root's key, certified by the root before it: whoever trusts only that one reaches the next over this.
pub(super) fn cross(
    root: &Issuer<'_, impl SigningKey>,
    (next, key): &(CertificateDer<'static>, KeyPair),
    validity: Validity,
    random: &Random,
) -> Result<CertificateDer<'static>, rcgen::Error> {
    let (_, parsed) = X509Certificate::from_der(next).map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
    let common_name = parsed.subject().iter_common_name().next().and_then(|a| a.as_str().ok());
    let common_name = common_name.ok_or(rcgen::Error::CouldNotParseCertificate)?;
    let mut params = shape(name(&[(DnType::CommonName, common_name)]), validity, random);
    // Below it stand the crosses of later switches as well, while several old roots are still trusted.
    authority(&mut params, 4);
    Ok(params.signed_by(key, root)?.der().clone())
}

pub(super) fn issuing(
    root: &Issuer<'_, impl SigningKey>,
    validity: Validity,
    random: &Random,
) -> Result<(CertificateDer<'static>, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let tag = data_encoding::HEXLOWER.encode(&random.bytes::<4>());
    let mut params = shape(name(&[(DnType::CommonName, &format!("Hashimori Issuing CA {tag}"))]), validity, random);
    authority(&mut params, 0);
    Ok((params.signed_by(&key, root)?.der().clone(), key))
}

pub(super) fn server(
    issuer: &Issuer<'_, impl SigningKey>,
    names: &[String],
    validity: Validity,
    random: &Random,
) -> Result<(CertificateDer<'static>, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = shape(name(&[(DnType::CommonName, "Hashimori Collector")]), validity, random);
    params.subject_alt_names = CertificateParams::new(names)?.subject_alt_names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok((params.signed_by(&key, issuer)?.der().clone(), key))
}

/// Whose leaf it is: written into its subject, so that a collector restored from an old backup still knows where the device belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The device.
    pub device: DeviceId,
    /// Its facility when the leaf was made.
    pub facility: FacilityId,
    /// Its region.
    pub region: RegionId,
}

pub(super) fn device(
    issuer: &Issuer<'_, impl SigningKey>,
    request: &LeafRequest,
    subject: Subject,
    now: Timestamp,
    random: &Random,
) -> Result<DeviceLeaf, rcgen::Error> {
    let validity = Validity::days(now, DEVICE_LEAF_DAYS);
    let subject = name(&[
        (DnType::OrganizationName, &subject.region.to_string()),
        (DnType::OrganizationalUnitName, &subject.facility.to_string()),
        (DnType::CommonName, &subject.device.to_string()),
    ]);
    let mut params = shape(subject, validity, random);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let serial = params.serial_number.as_ref().map(SerialNumber::to_bytes).unwrap_or_default();
    let certificate = params.signed_by(&request.params.public_key, issuer)?;
    Ok(DeviceLeaf {
        der: certificate.der().to_vec(),
        serial: data_encoding::HEXLOWER.encode(&serial),
        not_before: validity.not_before,
        not_after: validity.not_after,
    })
}
