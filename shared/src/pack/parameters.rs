//! A pack's numbers and choices. Every default for a point the regulation leaves open is a key here, so that a region can decide otherwise in data.

use serde::{Deserialize, Serialize};

use super::Keep;
use crate::lang::Words;
use crate::report::{DeviceClass, OsFamily};

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
    /// §20-10, §20-11, what is carried about.
    pub carried: CarriedRules,
    /// §20-7, §20-13, personal devices.
    pub personal_devices: PersonalDeviceRules,
    /// §20-8, take-out.
    pub take_out: TakeOutRules,
    /// §20-7, §20-8, who approves.
    pub approval: ApprovalRules,
    /// §20-9, hand-over.
    pub hand_over: HandOverRules,
    /// §15, the facility's administrator.
    pub administrator: AdministratorRules,
    /// 留3-10, loss, theft and faults.
    pub incident: IncidentRules,
    /// §17, training.
    pub training: TrainingRules,
    /// §25, disaster exception.
    pub disaster: DisasterRules,
    /// 留4-3, when reminders keep quiet.
    pub quiet_hours: QuietHours,
    /// How long records are kept.
    pub retention: RetentionRules,
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
    /// Systems for which there is nothing to install (該当なし).
    pub exempt_os: Vec<OsFamily>,
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

/// §20-10, §20-11.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedRules {
    /// Kinds of device that are carried about; the clauses do not apply to the others.
    pub classes: Vec<DeviceClass>,
}

/// §20-7, §20-13.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalDeviceRules {
    /// Whether and how personal devices may be used at all.
    pub mode: PersonalMode,
    /// Longest approval while the managed device is out of use, renewable.
    pub max_days: u32,
    /// Longest standing approval.
    pub standing_max_days: u32,
}

/// How personal devices may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalMode {
    /// Per device, for longer, with a note on the risk.
    Standing,
    /// Only while a managed device is out of use.
    ExceptionOnly,
    /// Not at all.
    Prohibited,
}

/// §20-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeOutRules {
    /// Longest 包括届 for a named device, person and visiting duty.
    pub standing_days: u32,
    /// Days after its last day on which what is not back goes on as an incident (留3-10).
    #[serde(default = "missing_days")]
    pub missing_days: u32,
}

const fn missing_days() -> u32 {
    7
}

/// §20-7, §20-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRules {
    /// Who approves.
    pub approver: super::Responsible,
    /// Who approves the approver's own requests, in this order.
    pub own_request_approvers: Vec<super::Responsible>,
    /// Whether paper may be entered later with its own date.
    pub paper_ok: bool,
}

/// §20-9.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOverRules {
    /// Whoever counts as 他者.
    pub kinds: Vec<HandOverKind>,
}

/// Into whose hands a device goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandOverKind {
    /// Another member of staff.
    Colleague,
    /// A repair shop.
    Repair,
    /// Back to the lessor.
    LeaseReturn,
    /// Sold or given away.
    Sale,
    /// Scrapped.
    Disposal,
}

/// §15. Exactly one per facility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorRules {
    /// Whether a 代行者 may be named.
    pub deputy: bool,
    /// Days of vacancy after which the 事務局 is told.
    pub vacancy_alert_days: u32,
}

/// 留3-10. Targets; a late report is never refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentRules {
    /// To the facility's administrator.
    pub to_administrator_hours: u32,
    /// To the 事務局.
    pub to_secretariat_hours: u32,
    /// 速報 to the authority, in days from the one on which it was found.
    #[serde(default = "first_report_days")]
    pub first_report_days: u32,
    /// 確報.
    #[serde(default = "full_report_days")]
    pub full_report_days: u32,
    /// 確報 where somebody may have meant it.
    #[serde(default = "full_report_days_if_meant")]
    pub full_report_days_if_meant: u32,
}

// A pack written before these were asked for goes on with the law's own numbers (個人情報保護法 規則8条).
const fn first_report_days() -> u32 {
    5
}

const fn full_report_days() -> u32 {
    30
}

const fn full_report_days_if_meant() -> u32 {
    60
}

/// §17.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRules {
    /// Longest time between two trainings.
    pub interval_days: u32,
}

/// §25.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisasterRules {
    /// How long an administrator's own activation lasts.
    pub provisional_hours: u32,
    /// The same, renewals included, while the 事務局 has not answered.
    pub provisional_max_hours: u32,
    /// How long an activation lasts; renewable, never silently.
    pub expiry_days: u32,
    /// What can be activated.
    pub scopes: Vec<DisasterScope>,
    /// Names of areas; a facility may lie in several.
    pub areas: Vec<String>,
    /// Clauses that are waived; every other check goes on.
    pub waives: Vec<String>,
    /// Longest stay of a support team's device, in days.
    #[serde(default = "guest_days")]
    pub guest_days: u32,
    /// Days after the end within which everything that was let in is to be cleared.
    #[serde(default = "clear_days")]
    pub clear_days: u32,
}

/// For packs from before these could be said.
const fn guest_days() -> u32 {
    7
}

const fn clear_days() -> u32 {
    14
}

/// What a disaster exception covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisasterScope {
    /// The whole region.
    Region,
    /// Named areas.
    Areas,
    /// Named facilities.
    Facilities,
}

/// 留4-3, JST.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// First quiet hour, 0–23.
    pub from_hour: u32,
    /// First hour that is not quiet any more, 0–23.
    pub to_hour: u32,
}

/// How long records are kept. Counted from the day of what is recorded; from the day it was closed where something was open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRules {
    /// Operation log, papers, losses, self-checks, disaster exceptions, changes of state, days of presence; notices, trainings, reviews,
    /// staff who left, replaced pledges, own rules and decisions; alerts looked at, events of accounts.
    #[serde(alias = "records_days")]
    pub records: Keep,
    /// Reports of devices, as they came; the newest of a device in use stays.
    #[serde(alias = "check_ins_days")]
    pub reports: Keep,
    /// Names of those who hold no role any more.
    #[serde(default = "former_people")]
    pub former_people: Keep,
    /// Where these come from.
    #[serde(default)]
    pub source: Option<String>,
    /// The same in English.
    #[serde(default)]
    pub source_en: Option<String>,
}

impl RetentionRules {
    /// Where these come from; `None`: the pack does not say.
    pub fn source(&self) -> Option<Words> {
        self.source.clone().map(|ja| Words::new(ja, self.source_en.clone()))
    }
}

/// For packs from before this could be said.
const fn former_people() -> Keep {
    Keep::Months(60)
}
