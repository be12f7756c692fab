//! Enrolment codes and what a device shows when it enrols. 128 random bits need no slow hash: SHA-256 of the secret is stored.

use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::time::Timestamp;
use sha2::{Digest as _, Sha256};

use super::device::Ownership;
use super::ids::{CodeId, FacilityId, RegionId};
use crate::random::Random;

/// Most devices one code may let in.
pub const MOST_USES: u32 = 500;
/// Longest life of a code, hours.
pub const LONGEST_HOURS: u32 = 24 * 30;
/// Most devices an auto-confirming code may let in, and its longest life in hours.
pub const MOST_AUTO_USES: u32 = 50;
/// See `MOST_AUTO_USES`.
pub const LONGEST_AUTO_HOURS: u32 = 24;

/// Wrong codes allowed per origin and window before it has to wait.
pub const FAILURES_ALLOWED: i64 = 10;
/// The window, seconds.
pub const THROTTLE_WINDOW_S: i64 = 600;

/// A code as somebody asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeWish {
    /// Region of the facility.
    pub region: RegionId,
    /// Whose devices it lets in.
    pub facility: FacilityId,
    /// How many devices.
    pub uses: u32,
    /// For how many hours.
    pub hours: u32,
    /// Whether devices skip 登録待ち.
    pub auto_confirm: bool,
    /// Whose property the devices are.
    pub ownership: Ownership,
}

/// Why a wish is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWish {
    /// No device, or too many.
    #[error("a code lets in 1 to {0} devices")]
    Uses(u32),
    /// No time, or too long.
    #[error("a code lives 1 to {0} hours")]
    Hours(u32),
    /// Somebody has to look at a personal device (§20-7).
    #[error("a code for personal devices cannot confirm them by itself")]
    PersonalAuto,
}

/// A code that has been issued; its secret is not in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCode {
    /// Its id.
    pub id: CodeId,
    /// What it was asked to be.
    pub wish: CodeWish,
    /// SHA-256 of the secret, hexadecimal.
    pub secret_hash: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl CodeWish {
    /// As the operation log notes it.
    pub fn to_detail(&self) -> String {
        let kind = self.ownership.as_str();
        let auto = if self.auto_confirm { " auto_confirm" } else { "" };
        format!("uses={} hours={} {kind}{auto}", self.uses, self.hours)
    }

    /// Issues a code. The secret is in the `EnrolmentCode` alone: show it once, store the `IssuedCode`.
    pub fn issue(self, root_pin: [u8; 10], now: Timestamp, random: &Random) -> Result<(IssuedCode, EnrolmentCode), InvalidWish> {
        let (uses, hours) = if self.auto_confirm { (MOST_AUTO_USES, LONGEST_AUTO_HOURS) } else { (MOST_USES, LONGEST_HOURS) };
        if !(1..=uses).contains(&self.uses) {
            return Err(InvalidWish::Uses(uses));
        }
        if !(1..=hours).contains(&self.hours) {
            return Err(InvalidWish::Hours(hours));
        }
        if self.auto_confirm && self.ownership == Ownership::Personal {
            return Err(InvalidWish::PersonalAuto);
        }
        let code = EnrolmentCode { secret: random.bytes(), root_pin };
        let issued = IssuedCode {
            id: CodeId::new(random.uuid(now)),
            secret_hash: secret_hash(&code.secret),
            issued_at: now,
            expires_at: now.plus_seconds(i64::from(self.hours) * 3_600),
            wish: self,
        };
        Ok((issued, code))
    }
}

/// How the store names a secret.
pub fn secret_hash(secret: &[u8; 16]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(secret))
}

/// Why a newly enrolled device deserves a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// The same machine enrolled before with another key: reinstalled, or its disk was copied.
    SameHardware,
    /// Another machine with the same installation: both come from one image.
    SameImage,
}

impl Suspicion {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameHardware => "same_hardware",
            Self::SameImage => "same_image",
        }
    }

    /// The value a stored word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "same_hardware" => Some(Self::SameHardware),
            "same_image" => Some(Self::SameImage),
            _ => None,
        }
    }

    /// Key of what the person who confirms is told.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SameHardware => "suspicion-same_hardware",
            Self::SameImage => "suspicion-same_image",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(uses: u32, hours: u32, auto_confirm: bool) -> CodeWish {
        let id = |n| uuid::Uuid::from_u128(n);
        CodeWish {
            region: RegionId::new(id(1)),
            facility: FacilityId::new(id(2)),
            uses,
            hours,
            auto_confirm,
            ownership: Ownership::Managed,
        }
    }

    #[test]
    fn an_auto_confirming_code_lives_a_day_and_lets_fifty_in_at_most() {
        let (random, now) = (Random::seeded(1), Timestamp::from_seconds(1_790_000_000));
        let issue = |w: CodeWish| w.issue([0; 10], now, &random).map(|_| ());
        assert_eq!(issue(wish(50, 24, true)), Ok(()));
        assert_eq!(issue(wish(51, 24, true)), Err(InvalidWish::Uses(50)));
        assert_eq!(issue(wish(50, 25, true)), Err(InvalidWish::Hours(24)));
        assert_eq!(issue(wish(51, 25, false)), Ok(()));
        assert_eq!(issue(wish(0, 1, false)), Err(InvalidWish::Uses(500)));
        assert_eq!(issue(wish(1, 0, false)), Err(InvalidWish::Hours(720)));
        let personal = CodeWish { ownership: Ownership::Personal, ..wish(1, 1, true) };
        assert_eq!(issue(personal), Err(InvalidWish::PersonalAuto));
    }

    #[test]
    fn a_stored_code_does_not_hold_its_secret() {
        let (issued, code) = wish(1, 1, false).issue([0; 10], Timestamp::from_seconds(0), &Random::seeded(1)).expect("issued");
        assert_eq!(issued.secret_hash, secret_hash(&code.secret));
        assert!(!format!("{issued:?}").contains(&code.secret_hex()));
    }
}
