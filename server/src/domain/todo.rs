//! What needs a hand, in order of consequence. Each kind comes from a provider of its own; a new one needs a kind here (its place
//! in the order is its place in the list) and its sentence in the catalogue.

use hashimori_shared::time::Timestamp;

/// Kinds, the gravest consequence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A device reported lost has checked in.
    LostSeen,
    /// One key on two machines.
    Copied,
    /// Incidents that nobody has taken up (留3-10).
    IncidentReported,
    /// Incidents that are not closed.
    IncidentOpen,
    /// The operation log does not hold.
    LogBroken,
    /// No backup that could be read back for too long.
    BackupOld,
    /// The issuing CA ends and cannot renew itself.
    AuthorityEnds,
    /// The holidays that the collector knows end.
    HolidaysEnd,
    /// A 仮発動 waits for the 事務局.
    DisasterWaiting,
    /// What a 災害時特例 let in should have been cleared long ago.
    DisasterOverdue,
    /// What a 災害時特例 let in is to be cleared.
    DisasterClear,
    /// Facilities that apply (§11).
    IntakeWaiting,
    /// Facilities whose last day has come, and that have not left.
    LeavingDue,
    /// A requirement is not met.
    NonCompliant,
    /// 注意・指導 that was not answered in time (§10).
    GuidanceOverdue,
    /// 注意・指導 that was taken to the council, and is to be answered.
    GuidanceEscalated,
    /// What was taken out and is not back in time (§20-8).
    TakeOutOverdue,
    /// Personal devices whose approval has ended, and the end of whose use nobody has confirmed (§20-7).
    PersonalUseOver,
    /// 注意・指導 to be answered.
    GuidanceToAnswer,
    /// Answers that the 事務局 has to look at.
    GuidanceToCheck,
    /// 利用制限 whose last day is over, and that nobody has lifted or prolonged (留2-2).
    RestrictionOver,
    /// Those who are past their last day, with steps of leaving open (§16-5, 留1-2, 留3-7).
    LeaverOverdue,
    /// Papers that wait for an approval.
    PaperToDecide,
    /// Returns that wait for somebody else to look.
    ReturnToCheck,
    /// Devices that were wiped, and wait for somebody else to look (§20-9).
    WipeToCheck,
    /// Personal devices whose approval ends within a week.
    PersonalUseEnds,
    /// Those without a pledge of the present edition (§17).
    PledgeMissing,
    /// Those whose training is due (§17).
    TrainingDue,
    /// Those whose network password should have been changed, as they declared it (§19-4).
    PasswordDue,
    /// Those who leave, with steps open.
    LeaverOpen,
    /// Those who have begun, with something of the joiner's checklist missing.
    JoinerOpen,
    /// Devices to be confirmed again after a restore.
    Reconfirm,
    /// Devices that wait to be confirmed.
    Pending,
    /// Devices in use that have not been heard of for long.
    Silent,
    /// Devices in use that have never been heard of.
    NeverSeen,
    /// Nobody can tell.
    Unknown,
    /// The evidence has grown old.
    Stale,
    /// Only a person can answer, and nobody has.
    SelfCheckDue,
    /// 検討記録 and 自己点検票 to be looked at again (§20柱書).
    RecordDue,
    /// 検討記録 and 自己点検票 that there have never been.
    RecordMissing,
    /// The list of staff is to be reviewed (留1-2).
    StaffReviewDue,
    /// 災害時特例 was neither used nor drilled for a year (§25).
    DrillDue,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 42] = [
        Self::LostSeen,
        Self::Copied,
        Self::IncidentReported,
        Self::IncidentOpen,
        Self::LogBroken,
        Self::BackupOld,
        Self::AuthorityEnds,
        Self::HolidaysEnd,
        Self::DisasterWaiting,
        Self::DisasterOverdue,
        Self::DisasterClear,
        Self::IntakeWaiting,
        Self::LeavingDue,
        Self::NonCompliant,
        Self::GuidanceOverdue,
        Self::GuidanceEscalated,
        Self::TakeOutOverdue,
        Self::PersonalUseOver,
        Self::GuidanceToAnswer,
        Self::GuidanceToCheck,
        Self::RestrictionOver,
        Self::LeaverOverdue,
        Self::PaperToDecide,
        Self::ReturnToCheck,
        Self::WipeToCheck,
        Self::PersonalUseEnds,
        Self::PledgeMissing,
        Self::TrainingDue,
        Self::PasswordDue,
        Self::LeaverOpen,
        Self::JoinerOpen,
        Self::Reconfirm,
        Self::Pending,
        Self::Silent,
        Self::NeverSeen,
        Self::Unknown,
        Self::Stale,
        Self::SelfCheckDue,
        Self::RecordDue,
        Self::RecordMissing,
        Self::StaffReviewDue,
        Self::DrillDue,
    ];
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// Kind.
    pub kind: Kind,
    /// The clause it is about, where there is one.
    pub clause: Option<String>,
    /// How many devices (or other things).
    pub count: i64,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// The page on which it is done.
    pub link: String,
}

impl Todo {
    /// About no clause, since nobody knows when.
    pub fn new(kind: Kind, count: i64, link: impl Into<String>) -> Self {
        Self { kind, clause: None, count, since: None, link: link.into() }
    }
}

/// In order of consequence: by kind, then by how many are concerned, then in the regulation's order. What concerns none is left out.
pub fn in_order(mut todos: Vec<Todo>) -> Vec<Todo> {
    todos.retain(|todo| todo.count > 0);
    // Providers tell their clauses in the regulation's order, and the sort is stable.
    todos.sort_by_key(|todo| (todo.kind, std::cmp::Reverse(todo.count)));
    todos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_gravest_consequence_stands_first_and_what_concerns_none_not_at_all() {
        assert!(Kind::ALL.is_sorted());
        let clause = |clause: &str, count| Todo { clause: Some(clause.to_owned()), ..Todo::new(Kind::NonCompliant, count, "/") };
        let given = vec![
            Todo::new(Kind::SelfCheckDue, 40, "/"),
            clause("§20-1", 1),
            clause("§20-3", 3),
            clause("§20-5", 1),
            Todo::new(Kind::Pending, 0, "/"),
            Todo::new(Kind::LostSeen, 1, "/"),
        ];
        let order: Vec<_> = in_order(given).into_iter().map(|todo| (todo.kind, todo.clause.unwrap_or_default())).collect();
        let expected = [
            (Kind::LostSeen, ""),
            (Kind::NonCompliant, "§20-3"),
            (Kind::NonCompliant, "§20-1"),
            (Kind::NonCompliant, "§20-5"),
            (Kind::SelfCheckDue, ""),
        ];
        assert_eq!(order, expected.map(|(kind, clause)| (kind, clause.to_owned())));
    }
}
