//! What each fact holds. Lists of software never travel: only catalogue ids of hits. No field can hold a person's name or a patient's data.

use serde::{Deserialize, Serialize};

use super::Reading;
use crate::time::Timestamp;

/// Families of operating systems that rules and remedies tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OsFamily {
    /// Linux distributions.
    Linux,
    /// Microsoft Windows.
    Windows,
    /// Apple macOS.
    Macos,
    /// Apple iOS and iPadOS.
    Ios,
    /// Android.
    Android,
    /// Anything else, also of a newer agent.
    #[serde(other)]
    Other,
}

/// The operating system in its own identifiers (`/etc/os-release`, `SystemVersion.plist`, registry).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Os {
    /// Family.
    pub family: OsFamily,
    /// Distribution or product id as catalogues name it: `debian`, `ubuntu`, `windows`, `macos`.
    pub id: String,
    /// Version as catalogues name it: `12`, `24.04`, `22631`, `15.7`.
    pub version: String,
    /// Point release or build where there is one: `12.11`, `22631.4317`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Edition where support dates depend on it: `enterprise`, `home`, `ltsc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The OS's own display name.
    pub name: String,
}

/// Updates that are known but not installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingUpdates {
    /// All pending updates.
    pub total: u32,
    /// Those from a security archive, where the OS tells.
    pub security: Reading<u32>,
    /// When the lists they were counted from were last refreshed.
    pub lists_refreshed_at: Timestamp,
}

/// Automatic login at start-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AutoLogin {
    /// Whether some account is logged in without a password at start-up (immediately or after a delay).
    pub enabled: bool,
    /// Which login program decides: `gdm3`, `sddm`, `lightdm`, `winlogon`, `loginwindow`, `none` (no graphical login).
    pub by: String,
}

/// What the OS demands of a new password. It never proves that the present one meets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordPolicy {
    /// Whether a policy is really enforced on everyone who sets a password.
    pub enforced: bool,
    /// Shortest password it can let through, in characters, all credits and floors applied.
    pub min_length: u32,
    /// Whether it demands letters and digits mixed.
    pub letters_and_digits: bool,
    /// Since when it stands (newest change of any file or key it is made of).
    pub since: Reading<Timestamp>,
}

/// Antivirus products on the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Antivirus {
    /// Products found, ordered by id; empty = none found in the places searched.
    pub products: Vec<AntivirusProduct>,
    /// Version of the catalogue they were matched with.
    pub catalogue: String,
}

/// One antivirus product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AntivirusProduct {
    /// Catalogue id, e.g. `clamav`, `mdatp`.
    pub id: String,
    /// Whether it watches files as they are used (real-time, on-access).
    pub real_time: Reading<bool>,
    /// When its signatures were made.
    pub signatures_at: Reading<Timestamp>,
}

/// Forbidden software (file sharing, §20-2) found on the machine, matched on the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForbiddenSoftware {
    /// Catalogue entries that matched, ordered; empty = no known name found in `searched`.
    pub hits: Vec<SoftwareHit>,
    /// Version of the catalogue on the device.
    pub catalogue: String,
    /// Kinds of places searched as deep as the agent goes: `processes`, `dpkg`, `rpm`, `flatpak`, `snap`, `programs`, `disks`, `home`.
    pub searched: Vec<String>,
    /// Kinds of places that exist but were not searched so far, or were cut short, with the obstacle.
    pub unreadable: Vec<UnreadablePlace>,
}

/// One catalogue entry that matched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SoftwareHit {
    /// Catalogue id, e.g. `qbittorrent`.
    pub id: String,
    /// How it was found: `process`, `package`, `file`, `trace` (a file that only this program leaves behind).
    pub how: String,
}

/// A place that exists but could not be searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreadablePlace {
    /// The kind of place, as in `ForbiddenSoftware::searched`.
    pub place: String,
    /// Why it could not be searched.
    pub code: super::UnknownCode,
}

/// An installed browser.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Browser {
    /// Catalogue id: `firefox`, `chromium`, `chrome`, `edge`, `brave`, `vivaldi`, `opera`.
    pub id: String,
    /// Version as installed.
    pub version: String,
}

/// Encryption of one mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MountEncryption {
    /// `/`, `/home`, `swap`, `C:`.
    pub mount: String,
    /// Whether everything below the file system is encrypted at rest.
    pub encrypted: Reading<bool>,
    /// `luks2`, `luks1`, `bitlocker`, `filevault`, `none`, … as read.
    pub method: String,
}

/// Host firewall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Firewall {
    /// Whether incoming connections are filtered.
    pub active: bool,
    /// Which firewall says so: `ufw`, `firewalld`, `windows`, `alf`.
    pub by: String,
}

/// Device management. Enrolment shows a capability, never that somebody will use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Management {
    /// Whether the device is enrolled in a management service.
    pub enrolled: bool,
    /// Which, where it says: `intune`, `jamf`, `landscape`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Whether that service can wipe the device remotely.
    pub remote_wipe: Reading<bool>,
}

/// Kinds of machine the rules tell apart (§20-10, §20-11 apply to what is carried about).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// A PC that stays where it is.
    Desktop,
    /// A PC that can be carried.
    Laptop,
    /// A tablet.
    Tablet,
    /// A phone.
    Phone,
    /// A server.
    Server,
    /// A class of a newer agent, or one the firmware does not tell.
    #[serde(other)]
    Unclear,
}

/// What kind of machine this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hardware {
    /// Class, from the chassis type.
    pub class: DeviceClass,
    /// Maker, placeholders dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Model, placeholders dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Hypervisor vendor when this is a virtual machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<String>,
}

/// Digests (SHA-256 under a fixed application prefix, 32 hexadecimal digits) of hardware identifiers; placeholders dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HardwareIds {
    /// SMBIOS system UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_uuid: Option<String>,
    /// System or board serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Installation id (`/etc/machine-id`, `MachineGuid`); cloned images share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<String>,
}

/// Who keeps an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// This machine (`/etc/shadow`, SAM).
    Local,
    /// A directory or cloud service elsewhere.
    Directory,
    /// A kind of a newer agent.
    #[serde(other)]
    Other,
}

/// A start-up (login) password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LoginPassword {
    /// A password is set.
    Set,
    /// The password is blank: anybody can log in.
    Blank,
    /// Nobody can log in with a password (locked, or never set), e.g. keys or a smart card only.
    Locked,
}

/// Automatic screen lock of one account's desktop, all inputs applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScreenLock {
    /// Seconds of absence after which the screen is locked; `None` = it never locks by itself.
    pub locks_after_s: Option<u32>,
    /// The desktop that decides: `gnome`, `kde`, `windows`, `macos`.
    pub desktop: String,
}

/// Password saving in one browser profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BrowserProfile {
    /// Browser, as in `Browser::id`.
    pub browser: String,
    /// Ordinal of the profile on this device (`p1`, `p2`); its name stays on the device.
    pub profile: String,
    /// Whether the browser offers to save passwords.
    pub saves_passwords: Reading<bool>,
    /// Whether a policy fixes it so that the person cannot change it.
    pub locked: bool,
}
