//! A pack's numbers and choices. Every default for a point the regulation leaves open is a key here, so that a region can decide otherwise in data.

use serde::{Deserialize, Serialize};

/// All parameters of a pack. Days are days of 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// §20-1, start-up password.
    pub password: PasswordRules,
    /// §19-4, the password of the care network itself.
    pub network_password: NetworkPasswordRules,
    /// §19-6, screen lock.
    pub screen_lock: ScreenLockRules,
    /// §20-2, forbidden software.
    pub software: SoftwareRules,
    /// §20-3, antivirus.
    pub antivirus: AntivirusRules,
    /// §20-5, OS and browser updates.
    pub update: UpdateRules,
    /// When evidence grows old.
    pub staleness: StalenessRules,
    /// How long a person's word stands.
    pub attestation: AttestationRules,
}

/// §20-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordRules {
    /// Wanted length in characters.
    pub min: u32,
    /// Shortest length accepted where the device can do no more and the reason is recorded.
    pub floor: u32,
    /// Whether letters and digits must be mixed.
    pub alnum: bool,
    /// 30–366, or 0 = age is not judged.
    pub max_age_days: u32,
    /// Days before the due day from which the reason says so.
    pub notice_days: u32,
}

/// §19-4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkPasswordRules {
    /// 30–366, or 0 = age is not judged.
    pub max_age_days: u32,
    /// Days before the due day from which the reason says so.
    pub notice_days: u32,
}

/// §19-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreenLockRules {
    /// Longest time of absence before the screen locks, in seconds.
    pub max_s: u32,
}

/// §20-2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftwareRules {
    /// Kinds of places that must have been searched before "nothing found" counts, `a|b` = one of them; Linux.
    pub places_linux: Vec<String>,
    /// The same on Windows.
    pub places_windows: Vec<String>,
    /// The same on macOS.
    pub places_macos: Vec<String>,
}

/// §20-3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AntivirusRules {
    /// Signatures older than this are 推奨未達.
    pub amber_days: u32,
    /// Signatures older than this are 不適合.
    pub fail_days: u32,
}

/// §20-5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateRules {
    /// Last update longer ago than this is 推奨未達.
    pub amber_days: u32,
    /// Last update longer ago than this is 不適合.
    pub fail_days: u32,
    /// Longest a recorded hold (互換性のための保留) may run before it is reviewed.
    pub hold_max_days: u32,
    /// Update lists older than this say nothing about what is pending.
    pub lists_max_age_days: u32,
    /// A catalogue older than this no longer proves "supported" where the maker publishes no end date.
    pub catalogue_max_age_days: u32,
}

/// When evidence grows old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StalenessRules {
    /// Evidence older than this is 要確認.
    pub stale_days: u32,
    /// Evidence older than this is 未確認.
    pub unknown_days: u32,
    /// An account unused for longer than this is 休眠 and not judged.
    pub dormant_days: u32,
}

/// How long a person's word stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestationRules {
    /// On the facility's devices.
    pub days: u32,
    /// On personal devices.
    pub personal_days: u32,
}
