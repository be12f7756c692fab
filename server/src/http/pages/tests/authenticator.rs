//! An authenticator made of arithmetic: one P-256 key that answers as a browser would (WebAuthn §6), or as a bad one might.

use data_encoding::BASE64URL_NOPAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::browser::Page;
use super::world::ORIGIN;

/// User present, user verified.
const VERIFIED: u8 = 0b0000_0101;
/// User present only.
pub(super) const PRESENT: u8 = 0b0000_0001;
const ATTESTED: u8 = 0b0100_0000;

pub(super) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: Vec<u8>,
    pub(super) counter: u32,
    pub(super) flags: u8,
    pub(super) origin: String,
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// CBOR (RFC 8949) of a byte string shorter than 64 KiB.
fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short").to_be_bytes();
    [&[0x59, length[0], length[1]], bytes].concat()
}

impl Authenticator {
    /// A fresh key with this credential id.
    pub(super) fn new(id: &[u8]) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).expect("a key");
        Self { key, id: id.to_vec(), user: Vec::new(), counter: 1, flags: VERIFIED, origin: ORIGIN.to_owned() }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false }).to_string().into_bytes()
    }

    fn head(&self, host: &str, flags: u8) -> Vec<u8> {
        [Sha256::digest(host.as_bytes()).as_slice(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// Answers a page that registers a passkey.
    pub(super) fn register(&mut self, page: &Page) -> String {
        let options = page.passkey_options();
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        self.user = BASE64URL_NOPAD.decode(options["user"]["id"].as_str().expect("an id").as_bytes()).expect("base64url");
        let point = self.key.public_key().as_ref();
        // COSE (RFC 9053 §7.1.1): EC2, ES256, P-256, x, y.
        let cose = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], &point[1..33], &[0x22, 0x58, 32], &point[33..]].concat();
        let length = u16::try_from(self.id.len()).expect("short").to_be_bytes();
        let host = options["rp"]["id"].as_str().expect("a host");
        let data = [self.head(host, self.flags | ATTESTED), vec![0; 16], length.to_vec(), self.id.clone(), cose].concat();
        let attestation =
            [&[0xa3, 0x63][..], b"fmt", &[0x64], b"none", &[0x67], b"attStmt", &[0xa0, 0x68], b"authData", &cbor_bytes(&data)].concat();
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "response": { "attestationObject": text(&attestation), "clientDataJSON": text(&self.client_data("webauthn.create", &options)) },
        })
        .to_string()
    }

    /// Answers a page that asks for any passkey.
    pub(super) fn prove(&mut self, page: &Page) -> String {
        let options = page.passkey_options();
        assert_eq!((&options["userVerification"], &options["allowCredentials"]), (&json!("required"), &json!([])));
        self.counter += 1;
        let client = self.client_data("webauthn.get", &options);
        let data = self.head(options["rpId"].as_str().expect("a host"), self.flags);
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signs");
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "response": {
                "authenticatorData": text(&data), "clientDataJSON": text(&client),
                "signature": text(signature.as_ref()), "userHandle": text(&self.user),
            },
        })
        .to_string()
    }
}
