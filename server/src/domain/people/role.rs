//! Roles and what each may do. `may` is the only place that decides it: the table of routes, the pages' buttons and the acts
//! themselves all ask it. Whose things a person sees is `Scope`'s to say, not the role's.

use hashimori_shared::time::Timestamp;

use super::{InvalidLogin, Login, Scope};
use crate::domain::day::day_start;
use crate::domain::device::Ownership;

/// What a person is in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 事務局 (§7): every facility of its region.
    Secretariat,
    /// 事業所管理者 (§15, §17): the head of one facility, who appoints its administrator.
    Head,
    /// いつつばし連絡帳管理者 (§15, §16): one facility, of which they are the only one.
    Administrator,
    /// 代行者: acts for the administrator while the facility allows it.
    Deputy,
    /// 閲覧: reads a region or one facility, and changes nothing.
    Auditor,
}

/// What somebody wants to do, as far as roles decide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Look after the own account.
    OwnAccount,
    /// Read what lies within the scope.
    Read,
    /// Write it out.
    Export,
    /// 登録コード and 登録待ち: let devices in, or refuse them.
    Enrol,
    /// 自己点検: answer what no machine can.
    Attest,
    /// 台帳: write a device in by hand, and what is known of one; 廃止: take it out of use; say that it is of another kind, or another's.
    Retire,
    /// 持出届 and other papers: fill one in again, and what comes with them.
    FilePapers,
    /// File one, or move one on; the kind and its table say who may what (`domain::paper`).
    HandlePapers,
    /// 紛失・発見: say that a device is missing, or back.
    Custody,
    /// 選任・交代・退任 at a facility; `Role::appoints` says of whom.
    AppointLocally,
    /// Switch 代行者 on or off for a facility.
    AllowDeputy,
    /// 選任・退任 of those who look after the region.
    AppointRegionally,
    /// Hand out a new one-time link to somebody who lost the way in.
    Restore,
    /// 事業所の定め (§26): file them for a facility, and take them back.
    FileRules,
    /// Accept or refuse what facilities file.
    DecideRules,
    /// 災害時特例: 発動・追認・延長・解除 for the region.
    Exempt,
    /// 災害時特例: 仮発動 for the own facility, and what is let in there.
    ExemptLocally,
    /// Make and name areas, and say which facilities lie in them.
    Arrange,
    /// 参加 (§11): take facilities in, suspend them, and let them go.
    Admit,
    /// 外部連携 of the region: what machines read, and what they are told.
    Connect,
    /// 外部連携 of the own facility.
    ConnectLocally,
    /// Erase the names of those who hold no role any more.
    Erase,
    /// 利用者の名簿: read the names on it, and keep it.
    KeepStaff,
    /// お知らせ: send, correct and withdraw them.
    Notify,
    /// お知らせ: confirm that one was read.
    Acknowledge,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 25] = [
        Self::OwnAccount,
        Self::Read,
        Self::Export,
        Self::Enrol,
        Self::Attest,
        Self::Retire,
        Self::FilePapers,
        Self::HandlePapers,
        Self::Custody,
        Self::AppointLocally,
        Self::AllowDeputy,
        Self::AppointRegionally,
        Self::Restore,
        Self::FileRules,
        Self::DecideRules,
        Self::Exempt,
        Self::ExemptLocally,
        Self::Arrange,
        Self::Admit,
        Self::Connect,
        Self::ConnectLocally,
        Self::Erase,
        Self::KeepStaff,
        Self::Notify,
        Self::Acknowledge,
    ];
}

/// Whether a role has a right.
pub const fn may(role: Role, right: Right) -> bool {
    match right {
        Right::OwnAccount | Right::Read | Right::Export => true,
        Right::Enrol | Right::HandlePapers | Right::Custody => !matches!(role, Role::Auditor),
        Right::Attest
        | Right::Retire
        | Right::FilePapers
        | Right::FileRules
        | Right::ExemptLocally
        | Right::ConnectLocally
        | Right::KeepStaff
        | Right::Acknowledge => {
            matches!(role, Role::Head | Role::Administrator | Role::Deputy)
        }
        Right::AppointLocally | Right::AllowDeputy => matches!(role, Role::Secretariat | Role::Head),
        Right::AppointRegionally
        | Right::Restore
        | Right::DecideRules
        | Right::Exempt
        | Right::Arrange
        | Right::Admit
        | Right::Connect
        | Right::Erase
        | Right::Notify => {
            matches!(role, Role::Secretariat)
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Secretariat, Self::Head, Self::Administrator, Self::Deputy, Self::Auditor];
    /// Those that can be held at a facility, in the order in which pages list them.
    pub const AT_FACILITY: [Self; 4] = [Self::Head, Self::Administrator, Self::Deputy, Self::Auditor];
    /// Those who look after a facility's papers and devices.
    pub const IN_CHARGE: &[Self] = &[Self::Head, Self::Administrator, Self::Deputy];
    /// Those that can be held for a whole region.
    pub const IN_REGION: [Self; 2] = [Self::Secretariat, Self::Auditor];

    /// Key of the word on screens.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Secretariat => "role-secretariat",
            Self::Head => "role-head",
            Self::Administrator => "role-administrator",
            Self::Deputy => "role-deputy",
            Self::Auditor => "role-auditor",
        }
    }

    /// The word in the store and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Secretariat => "secretariat",
            Self::Head => "head",
            Self::Administrator => "administrator",
            Self::Deputy => "deputy",
            Self::Auditor => "auditor",
        }
    }

    /// The role a stored word stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether it can be held there.
    pub fn fits(self, scope: Scope) -> bool {
        match scope {
            Scope::Region(_) => Self::IN_REGION.contains(&self),
            Scope::Facility(..) => Self::AT_FACILITY.contains(&self),
        }
    }

    /// Whether a facility has at most one of it at a time (§15).
    pub const fn is_held_by_one(self) -> bool {
        matches!(self, Self::Head | Self::Administrator)
    }

    /// Whether it appoints somebody as `role`, and ends that. Where there is no head, the 事務局 stands in.
    pub const fn appoints(self, role: Self, has_head: bool) -> bool {
        match (self, role) {
            (Self::Head, Self::Administrator | Self::Deputy) | (Self::Secretariat, Self::Head | Self::Auditor | Self::Secretariat) => true,
            (Self::Secretariat, Self::Administrator | Self::Deputy) => !has_head,
            (Self::Head, Self::Head | Self::Auditor | Self::Secretariat) | (Self::Administrator | Self::Deputy | Self::Auditor, _) => false,
        }
    }

    /// Whether it sees what a device told, beyond how it stands: on a person's own device that is the facility's business alone.
    pub const fn sees_facts(self, of: Ownership) -> bool {
        match of {
            Ownership::Managed => true,
            Ownership::Personal => matches!(self, Self::Head | Self::Administrator | Self::Deputy),
        }
    }
}

/// Within which dates a facility has 代行者 act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeputyTerm {
    /// From when on.
    pub from: Timestamp,
    /// Until when; `None`: until somebody ends it.
    pub until: Option<Timestamp>,
}

impl DeputyTerm {
    /// Whether they act now.
    pub fn holds(self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// Not a day to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day to come, such as 2026-08-31")]
pub struct InvalidDay;

/// The end (JST) of a day as typed, today or later; `None`: no day was given.
pub fn last_day(typed: &str, now: Timestamp) -> Result<Option<Timestamp>, InvalidDay> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let end = day_start(typed).map(|start| start.plus_days(1)).filter(|end| *end > now);
    end.map(Some).ok_or(InvalidDay)
}

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 200;

/// A reason that cannot be taken: there is none, or it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to {LONGEST_REASON} characters")]
pub struct InvalidReason;

/// Why something was done, as typed.
pub fn reason(typed: &str) -> Result<String, InvalidReason> {
    let reason: String = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON { Err(InvalidReason) } else { Ok(reason) }
}

/// Longest name of a person, in characters.
pub const LONGEST_NAME: usize = 60;

/// Somebody who has no account yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// Sign-in name.
    pub login: Login,
    /// Name shown to colleagues.
    pub name: String,
}

/// What is wrong with a newcomer as typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNewcomer {
    /// Not a sign-in name.
    #[error(transparent)]
    Login(#[from] InvalidLogin),
    /// The name is empty or too long.
    #[error("a name has 1 to {LONGEST_NAME} characters")]
    Name,
}

impl Newcomer {
    /// As typed.
    pub fn parse(login: &str, name: &str) -> Result<Self, InvalidNewcomer> {
        let (login, name) = (Login::parse(login)?, name.trim());
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(InvalidNewcomer::Name);
        }
        Ok(Self { login, name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing_but_the_own_account_and_a_deputy_gives_no_roles() {
        let has = |role| Right::ALL.into_iter().filter(move |&right| may(role, right)).collect::<Vec<_>>();
        assert_eq!(has(Role::Auditor), [Right::OwnAccount, Right::Read, Right::Export]);
        assert_eq!(has(Role::Deputy), has(Role::Administrator));
        let of_a_facility = [
            Right::Enrol,
            Right::Attest,
            Right::Retire,
            Right::FilePapers,
            Right::HandlePapers,
            Right::Custody,
            Right::FileRules,
            Right::ExemptLocally,
            Right::ConnectLocally,
            Right::KeepStaff,
            Right::Acknowledge,
        ];
        let own = [[Right::OwnAccount, Right::Read, Right::Export].as_slice(), &of_a_facility].concat();
        assert_eq!(has(Role::Administrator), own);
    }

    #[test]
    fn who_appoints_whom_has_the_right_to_and_nobody_but_the_secretariat_gives_a_role_in_the_region() {
        for by in Role::ALL {
            for role in Role::ALL {
                for has_head in [false, true] {
                    let allowed = by.appoints(role, has_head);
                    assert!(!allowed || may(by, Right::AppointLocally) || may(by, Right::AppointRegionally), "{by:?} {role:?}");
                    assert!(!allowed || role != Role::Secretariat || by == Role::Secretariat, "{by:?} {role:?}");
                }
            }
        }
        assert!(Role::Secretariat.appoints(Role::Administrator, false) && !Role::Secretariat.appoints(Role::Administrator, true));
        assert!(Role::Head.appoints(Role::Deputy, true) && !Role::Head.appoints(Role::Head, true));
    }

    #[test]
    fn facts_of_a_persons_own_device_stay_at_the_facility() {
        let sees = |of| Role::ALL.into_iter().filter(move |role| role.sees_facts(of)).collect::<Vec<_>>();
        assert_eq!(sees(Ownership::Managed), Role::ALL);
        assert_eq!(sees(Ownership::Personal), [Role::Head, Role::Administrator, Role::Deputy]);
    }

    #[test]
    fn deputies_act_from_the_first_instant_to_before_the_last() {
        let from = Timestamp::from_seconds(1_000_000);
        let term = DeputyTerm { from, until: Some(from.plus_days(1)) };
        let holds = |days, seconds| term.holds(from.plus_days(days).plus_seconds(seconds));
        assert_eq!([holds(0, -1), holds(0, 0), holds(1, -1), holds(1, 0)], [false, true, true, false]);
        assert!(DeputyTerm { from, until: None }.holds(from.plus_days(9999)));
    }

    #[test]
    fn the_last_day_counts_to_its_end_in_japan_and_is_never_over() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let midnight = Timestamp::from_seconds(1_785_769_200);
        assert_eq!(last_day(" ２０２６-08-03", now), Ok(Some(midnight)));
        assert_eq!(last_day(" ", now), Ok(None));
        for bad in ["2026-08-02", "2026-02-30", "来月"] {
            assert_eq!(last_day(bad, now), Err(InvalidDay), "{bad}");
        }
    }

    #[test]
    fn a_reason_is_one_line_and_neither_empty_nor_endless() {
        assert_eq!(reason(" 退職\n のため "), Ok("退職 のため".to_owned()));
        assert_eq!(reason(" \u{3000} "), Err(InvalidReason));
        assert_eq!(reason(&"理".repeat(LONGEST_REASON + 1)), Err(InvalidReason));
    }
}
