//! Time-based one-time codes (RFC 6238): SHA-1, six digits, 30 seconds, one step of tolerance either way.

use hashimori_shared::time::Timestamp;
use totp_rs::{Builder, Totp};

use crate::random::Random;

/// Shown by authenticator apps beside the code.
const ISSUER: &str = "橋守";

/// The seed shared with the person's authenticator app.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 20]);

impl Seed {
    /// A fresh one, 160 bits as RFC 4226 §4 recommends.
    pub fn new(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// From its bytes (unsealed).
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// Its bytes, to be sealed.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    fn totp(&self, login: &str) -> Option<Totp> {
        Builder::new().with_secret(self.0.to_vec()).with_account_name(login).with_issuer(Some(ISSUER)).build().ok()
    }

    /// The `otpauth:` address that the QR code holds.
    pub fn otpauth_url(&self, login: &str) -> Option<String> {
        self.totp(login)?.to_url().ok()
    }

    /// The seed for typing in by hand, in groups of four.
    pub fn to_text(&self) -> String {
        let text = data_encoding::BASE32_NOPAD.encode(&self.0);
        text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join(" ")
    }

    /// The time step that `typed` is the code of, if it is one of now or of a step beside it. The caller takes each step once.
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let digits: String = typed.chars().map(super::half_width).filter(|c| !c.is_whitespace() && *c != '-').collect();
        let step = self.totp("-")?.check(&digits, u64::try_from(now.seconds()).ok()?)?;
        i64::try_from(step).ok()
    }

    /// The code of an instant, as an authenticator app shows it.
    pub fn code_at(&self, now: Timestamp) -> Option<String> {
        Some(self.totp("-")?.generate(u64::try_from(now.seconds()).ok()?).to_string())
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_rfc_6238s_own_example_is_taken_within_one_step_and_not_later() {
        let seed = Seed::from_bytes(b"12345678901234567890").expect("20 bytes");
        let t = Timestamp::from_seconds(59);
        assert_eq!(seed.code_at(t).as_deref(), Some("287082"));
        assert_eq!(seed.step_of("２８７ ０８２", t), Some(1));
        assert_eq!(seed.step_of("287082", t.plus_seconds(30)), Some(1));
        assert_eq!(seed.step_of("287082", t.plus_seconds(61)), None);
        assert_eq!(seed.step_of("28708", t), None);
    }

    #[test]
    fn the_address_in_the_qr_code_names_issuer_and_account() {
        let seed = Seed::from_bytes(b"12345678901234567890").expect("20 bytes");
        let url = seed.otpauth_url("hanako").expect("a url");
        assert!(url.starts_with("otpauth://totp/"), "{url}");
        assert!(url.contains("hanako") && url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{url}");
        assert_eq!(seed.to_text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
