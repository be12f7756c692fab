//! The operator's signed announcements: verified by a trusted root (ECDSA P-256, SHA-256, ASN.1 DER) before a word of them is believed,
//! and taken only when their serial rises, so that an old one cannot be played back.

use data_encoding::BASE64;
use hashimori_shared::enroll::{Announcement, AnnouncementPayload};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::client::Endpoint;
use crate::identity::Identity;

/// Most roots and endpoints an agent remembers.
const MOST: usize = 4;

/// What became of an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A further root is trusted from now on.
    Root,
    /// Successor endpoints are known.
    Successor,
    /// Known already (serial not above the last).
    Old,
    /// Not signed by a trusted root, or not understood; nothing was changed.
    Refused(&'static str),
}

/// Takes an announcement into `identity`, or leaves it unchanged.
pub(crate) fn take(identity: &mut Identity, announcement: &Announcement) -> Taken {
    // Whoever trusts the next root already, having enrolled under it, needs nobody's word for it.
    if let Ok(AnnouncementPayload::NextRoot { root, .. }) = serde_json::from_str(&announcement.payload)
        && identity.roots.contains(&root)
    {
        return Taken::Old;
    }
    let Ok(signature) = BASE64.decode(announcement.signature.as_bytes()) else { return Taken::Refused("the signature is not base64") };
    if !identity.root_ders().iter().any(|root| signed_by(root, announcement.payload.as_bytes(), &signature)) {
        return Taken::Refused("not signed by a trusted root");
    }
    match serde_json::from_str(&announcement.payload) {
        Ok(AnnouncementPayload::NextRoot { serial, root }) => {
            if serial <= identity.next_root_serial {
                return Taken::Old;
            }
            let is_certificate =
                BASE64.decode(root.as_bytes()).is_ok_and(|der| X509Certificate::from_der(&der).is_ok_and(|(_, c)| c.is_ca()));
            if !is_certificate {
                return Taken::Refused("the next root is not a CA certificate");
            }
            if identity.roots.len() >= MOST {
                return Taken::Refused("too many roots");
            }
            identity.next_root_serial = serial;
            identity.roots.push(root);
            Taken::Root
        }
        Ok(AnnouncementPayload::Successor { serial, endpoints }) => {
            if serial <= identity.successor_serial {
                return Taken::Old;
            }
            if endpoints.len() > MOST || endpoints.iter().any(|e| e.parse::<Endpoint>().is_err()) {
                return Taken::Refused("an endpoint is not host:port");
            }
            identity.successor_serial = serial;
            identity.endpoints.truncate(1);
            for endpoint in endpoints {
                if !identity.endpoints.contains(&endpoint) {
                    identity.endpoints.push(endpoint);
                }
            }
            Taken::Successor
        }
        Err(_) => Taken::Refused("not understood by this version"),
    }
}

fn signed_by(root: &CertificateDer<'_>, message: &[u8], signature: &[u8]) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(root) else { return false };
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &*certificate.public_key().subject_public_key.data);
    key.verify(message, signature).is_ok()
}
