//! A report: the set of facts a device states about itself. What each fact holds is in `facts`;
//! `fact` says how a fact is a value or *unknown, because …*. Knows nothing of rules or verdicts.

mod fact;
mod facts;
mod open;
mod parse;
#[cfg(any(test, feature = "samples"))]
pub mod sample;
mod scan;
#[cfg(feature = "schema")]
mod schema;
pub mod words;

pub use fact::{Fact, Reading, Unknown, UnknownCode};
pub use facts::*;
pub use parse::{MAX_ITEMS, MAX_REPORT_BYTES, parse_report};
#[cfg(feature = "schema")]
pub use schema::schema_json;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::AccountId;

/// The report version this build writes. The collector reads this and every version of the last three years.
pub const REPORT_VERSION: u16 = 1;

/// Everything a device states about itself at one instant.
///
/// Holds instants, never ages or counters, so that an unchanged device serialises to the same bytes;
/// the instant of the whole observation travels beside it (`checkin::CheckIn::observed_at`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Report version, `REPORT_VERSION` when this build wrote it.
    pub v: u16,
    /// Which agent wrote it.
    pub agent: AgentInfo,
    /// Facts of the machine as a whole.
    pub machine: MachineFacts,
    /// Interactive accounts (people who can log in), each with its own facts, ordered by pseudonym.
    pub accounts: Vec<Account>,
}

/// The program that wrote a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgentInfo {
    /// Semantic version of the agent, e.g. `0.1.0`.
    pub version: String,
    /// Operating system family it was built for: `linux`, `windows`, `macos`, `none`.
    pub platform: String,
    /// Whether it ran with the rights to read machine facts (root on Linux).
    pub privileged: bool,
}

/// Facts of the whole machine. A missing fact was not known to that version of the agent; `foreign` keeps facts newer than this build.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MachineFacts {
    /// Which OS, in the OS's own identifiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<Fact<Os>>,
    /// When an OS update was last installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update: Option<Fact<crate::time::Timestamp>>,
    /// Updates known but not installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_updates: Option<Fact<PendingUpdates>>,
    /// Whether installed updates wait for a restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reboot_required: Option<Fact<bool>>,
    /// Whether the machine logs an account in by itself at start-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_login: Option<Fact<AutoLogin>>,
    /// What the OS demands of new passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<Fact<PasswordPolicy>>,
    /// Antivirus products found and whether they protect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub antivirus: Option<Fact<Antivirus>>,
    /// Forbidden software found, and where it was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forbidden_software: Option<Fact<ForbiddenSoftware>>,
    /// Browsers installed for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browsers: Option<Fact<Vec<Browser>>>,
    /// Encryption of each mount that holds people's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_encryption: Option<Fact<Vec<MountEncryption>>>,
    /// Whether a host firewall filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firewall: Option<Fact<Firewall>>,
    /// Whether a device-management (MDM) or remote-wipe service holds this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management: Option<Fact<Management>>,
    /// What kind of machine this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Fact<Hardware>>,
    /// Digested hardware identifiers: evidence against clones, never an identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware_ids: Option<Fact<HardwareIds>>,
    /// Whether the machine has a mobile line (SIM) of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile_line: Option<Fact<bool>>,
    /// Facts a newer agent sent that this build does not know; kept and shown as such.
    #[serde(flatten)]
    pub foreign: BTreeMap<String, serde_json::Value>,
}

/// One account that a person can log in with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Account {
    /// Pseudonym; the name appears only on the device itself.
    pub id: AccountId,
    /// Who keeps the account. Disabled accounts are not listed at all.
    pub kind: AccountKind,
    /// Last use, cut to the JST day's start so that a login does not change the report twice a day.
    pub last_used: Reading<crate::time::Timestamp>,
    /// Whether a start-up password is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_password: Option<Fact<LoginPassword>>,
    /// When the password was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_changed: Option<Fact<crate::time::Timestamp>>,
    /// Automatic screen lock of this account's desktop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen_lock: Option<Fact<ScreenLock>>,
    /// Password saving per browser profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_saving: Option<Fact<Vec<BrowserProfile>>>,
    /// Facts a newer agent sent that this build does not know; kept and shown as such.
    #[serde(flatten)]
    pub foreign: BTreeMap<String, serde_json::Value>,
}

open::deserialize_open!(MachineFacts {
    required: ;
    optional: os, last_update, pending_updates, reboot_required, auto_login, password_policy, antivirus, forbidden_software, browsers,
        disk_encryption, firewall, management, hardware, hardware_ids, mobile_line
});
open::deserialize_open!(Account {
    required: id, kind, last_used;
    optional: login_password, password_changed, screen_lock, password_saving
});
