//! One clause of a regulation and the checks it is made of, as data.

use serde::{Deserialize, Serialize};

use crate::lang::{Lang, Words};
use crate::report::OsFamily;
use crate::verdict::Strength;

/// A clause: what it asks, of whom, how binding it is and how this system answers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// `§20-1`, `附則2`, `留3-10`.
    pub id: String,
    /// A few words.
    pub title: Words,
    /// What it asks, in our own words.
    pub gist: Words,
    /// The regulation's own text, if the operator has loaded it.
    pub official_text: Option<String>,
    /// How binding it is.
    pub strength: Strength,
    /// Who has to see to it.
    pub responsible: Vec<Responsible>,
    /// How it is answered.
    pub answered: Vec<Answered>,
    /// Why this system leaves it, or part of it, to people; always set when `answered` holds `OutOfScope`.
    pub out_of_scope: Option<Words>,
    /// Where another rule in force says something else.
    pub conflict: Option<Conflict>,
    /// Until this instant a miss reads as 推奨未達 (a new demand's time to get ready).
    pub grace_until: Option<crate::time::Timestamp>,
    /// What is checked on each device; empty where the clause is not answered device by device.
    pub checks: Vec<Check>,
}

impl Clause {
    /// Whether it is answered in that way.
    pub fn is_answered_by(&self, how: Answered) -> bool {
        self.answered.contains(&how)
    }
}

/// One part of a clause that is checked on each device.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Stable id within the clause.
    pub id: String,
    /// A few words.
    pub title: Words,
    /// Which rule of the evaluation answers it.
    pub kind: CheckKind,
    /// What the person is asked, where a person can answer; without one no person's word is heard.
    pub question: Option<Words>,
    /// What to do when it is missed.
    pub remedies: Remedies,
}

/// The rules the evaluation knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Every account in use has a start-up password and none is logged in by itself.
    StartupLock,
    /// The screen of every account in use locks by itself in time.
    ScreenLock,
    /// Every account in use has a start-up password, none is blank.
    PasswordSet,
    /// No account is logged in by itself at start-up.
    AutoLogin,
    /// Length and mix of the start-up password.
    PasswordLength,
    /// Age of the start-up password.
    PasswordAge,
    /// A known file-sharing program is not there.
    ForbiddenSoftware,
    /// An antivirus product is there.
    AntivirusPresent,
    /// It watches files as they are used.
    AntivirusRealTime,
    /// Its signatures are fresh.
    AntivirusSignatures,
    /// No browser profile offers to save passwords.
    BrowserPasswords,
    /// The maker still repairs this OS version.
    OsSupport,
    /// OS updates were installed lately.
    OsUpdated,
    /// No security update waits.
    OsPending,
    /// Every browser is a version its maker still repairs.
    BrowserUpdated,
    /// Remote wipe is available (what is carried about).
    RemoteWipe,
    /// The mobile line can be suspended in an emergency (what has a line).
    LineSuspension,
    /// Device management was considered or is in use.
    Management,
    /// How a personal device is operated (personal devices only).
    PersonalUse,
    /// Only a person can answer.
    Attested,
    /// Only a person can answer, with the day of the last change.
    AttestedAge,
}

impl CheckKind {
    /// Whether the device itself answers it, and people only where it cannot; the others are asked of people first.
    pub const fn is_measured(self) -> bool {
        match self {
            Self::StartupLock
            | Self::ScreenLock
            | Self::PasswordSet
            | Self::AutoLogin
            | Self::PasswordAge
            | Self::ForbiddenSoftware
            | Self::AntivirusPresent
            | Self::AntivirusRealTime
            | Self::AntivirusSignatures
            | Self::BrowserPasswords
            | Self::OsSupport
            | Self::OsUpdated
            | Self::OsPending
            | Self::BrowserUpdated => true,
            Self::PasswordLength
            | Self::RemoteWipe
            | Self::LineSuspension
            | Self::Management
            | Self::PersonalUse
            | Self::Attested
            | Self::AttestedAge => false,
        }
    }
}

/// How a clause is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// The agent measures it.
    Machine,
    /// A browser on the device shows part of it.
    Browser,
    /// A person declares or confirms it.
    Attestation,
    /// An application, approval or report in this system carries it.
    Workflow,
    /// A record kept in this system shows it.
    Record,
    /// This system does not answer it; the clause says why.
    OutOfScope,
}

impl Answered {
    /// The word on screens.
    pub const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Machine => lang.pick("点検プログラム", "Checking program"),
            Self::Browser => lang.pick("ブラウザ", "Browser"),
            Self::Attestation => lang.pick("申告・確認", "Declaration or confirmation"),
            Self::Workflow => lang.pick("手続き", "Procedure"),
            Self::Record => lang.pick("記録", "Record"),
            Self::OutOfScope => lang.pick("対象外", "Out of scope"),
        }
    }

    /// The word on screens, in Japanese.
    pub const fn label_ja(self) -> &'static str {
        self.label(Lang::Japanese)
    }
}

/// Who has to see to a clause, in the regulation's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Responsible {
    /// いつつばしネット協議会.
    Council,
    /// 事務局.
    Secretariat,
    /// 事業所管理者.
    FacilityHead,
    /// いつつばし連絡帳管理者.
    Administrator,
    /// 連携元事業所.
    HostFacility,
    /// 利用者.
    User,
    /// 事業所 as a whole.
    Facility,
}

impl Responsible {
    /// The word on screens.
    pub const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Council => lang.pick("協議会", "Council"),
            Self::Secretariat => lang.pick("事務局", "Secretariat"),
            Self::FacilityHead => lang.pick("事業所管理者", "Head of the facility"),
            Self::Administrator => lang.pick("いつつばし連絡帳管理者", "Network administrator"),
            Self::HostFacility => lang.pick("連携元事業所", "Host facility"),
            Self::User => lang.pick("利用者", "User"),
            Self::Facility => lang.pick("事業所", "Facility"),
        }
    }

    /// The word on screens, in Japanese.
    pub const fn label_ja(self) -> &'static str {
        self.label(Lang::Japanese)
    }
}

/// Another rule in force that says something else than the clause. Both are shown; nothing is decided silently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What differs.
    pub note: Words,
    /// Which rule, with its edition.
    pub source: Words,
    /// Whether an operator has compared it with the original; until then screens say 未検証.
    pub verified: bool,
}

/// What to do, per operating system, with the names of real menus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedies {
    pub(super) ja: PerOs,
    pub(super) en: PerOs,
}

impl Remedies {
    /// The remedy for that OS, else the general one; in Japanese where an operator's pack has no English.
    pub fn for_os(&self, family: OsFamily, lang: Lang) -> Option<&str> {
        let own = match lang {
            Lang::Japanese => None,
            Lang::English => self.en.of(family),
        };
        own.or_else(|| self.ja.of(family))
    }

    /// Whether there is something to do that the device itself can see done.
    pub fn is_empty(&self) -> bool {
        self.ja == PerOs::default()
    }
}

/// One text per operating system, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PerOs {
    linux: Option<String>,
    windows: Option<String>,
    macos: Option<String>,
    ios: Option<String>,
    android: Option<String>,
    any: Option<String>,
}

impl PerOs {
    fn of(&self, family: OsFamily) -> Option<&str> {
        let own = match family {
            OsFamily::Linux => &self.linux,
            OsFamily::Windows => &self.windows,
            OsFamily::Macos => &self.macos,
            OsFamily::Ios => &self.ios,
            OsFamily::Android => &self.android,
            OsFamily::Other => &None,
        };
        own.as_deref().or(self.any.as_deref())
    }

    /// Which systems it names.
    pub(super) const fn systems(&self) -> [bool; 6] {
        [self.linux.is_some(), self.windows.is_some(), self.macos.is_some(), self.ios.is_some(), self.android.is_some(), self.any.is_some()]
    }
}
