//! The laws themselves: whoever tries whatever, in whatever order.

use proptest::prelude::*;

use super::*;

/// Who is said to have looked: whom the paper may be for, nobody, somebody else.
const CHECKERS: [&str; 4] = ["髙橋花子", "見本　看護師", " ", "別の 人"];

/// Steps whose reason is the paper itself: what it asked for is granted, done or checked. Whatever refuses, takes back, prolongs or ends
/// something otherwise says why.
const fn says_itself(act: Act) -> bool {
    match act {
        Act::File
        | Act::FileAgain
        | Act::Approve
        | Act::UseException
        | Act::TakeOut
        | Act::Extend
        | Act::Return
        | Act::CheckReturn
        | Act::LinkDevice
        | Act::ConfirmEnd
        | Act::Wipe
        | Act::ConfirmWipe
        | Act::HandOver
        | Act::TakeUp
        | Act::MarkLost
        | Act::SuspendLine
        | Act::RemoteWipe
        | Act::StopAccount
        | Act::TellPolice
        | Act::TellSecretariat
        | Act::ReportFirst
        | Act::ReportFull
        | Act::CloseIncident
        | Act::Accept => true,
        Act::SendBack
        | Act::Refuse
        | Act::Withdraw
        | Act::AskExtension
        | Act::KeepEnd
        | Act::Revoke
        | Act::WipeAgain
        | Act::Dismiss
        | Act::NoLeak
        | Act::Answer
        | Act::Escalate
        | Act::Prolong
        | Act::Lift
        | Act::Review
        | Act::EndRecord
        | Act::ReportLost => false,
    }
}

proptest! {
    #[test]
    fn no_path_skips_an_approval_by_somebody_else(
        kind in 0..Kind::ALL.len(),
        (own, covered, stranger) in any::<(bool, bool, bool)>(),
        tries in proptest::collection::vec((0..Act::ALL.len(), 0..PEOPLE.len(), 0_i64..3, any::<bool>(), 0..CHECKERS.len()), 0..60),
    ) {
        let pack = Pack::bundled();
        let mut paper = paper_of(Kind::ALL[kind], if own { (Some(1), "髙橋 花子") } else { (None, "見本 看護師") });
        let exception = covered.then(|| ExceptionId::new(id(7)));
        // Filed by somebody without an account, too, or while an exception holds: then it goes ahead from the beginning.
        paper.state = paper.kind.first_state(stranger, covered);
        paper.exception = exception.filter(|_| paper.state == State::Exempt);
        let around = Surroundings { applicant: own.then_some(Role::Administrator), exception, ..around(&pack) };
        let (mut approved, mut confirmed, mut now) = (!matches!(paper.kind, Kind::TakeOut | Kind::PersonalDevice), false, NOW);
        for (act, by, days, says_why, checker) in tries {
            let (act, by) = (Act::ALL[act], hand(by));
            now = now.plus_seconds(days * DAY / 2);
            let (was, seen) = (paper.state, paper.clone());
            // A day within the first period shortens it, a later one extends it.
            let until = if paper.kind == Kind::PersonalDevice { "2026-08-06" } else { "2026-08-20" };
            let why = if says_why { "見本の理由".to_owned() } else { String::new() };
            let entry = Entry { until: until.to_owned(), why, checker: CHECKERS[checker].to_owned(), ..entry() };
            let Ok(moved) = advance(&paper, act, (&by, &entry), &around, now) else { continue };
            prop_assert!(!was.is_final(), "{:?} from {:?}", act, was);
            if matches!(act, Act::Approve | Act::Extend) {
                prop_assert!(Some(by.person) != paper.applicant.person && by.role != Role::Auditor);
                prop_assert!(!own || by.role == Role::Head);
            }
            approved = if act == Act::FileAgain { false } else { approved || act == Act::Approve };
            let settled = !matches!(seen.state, State::Filed | State::Reported | State::Open) && seen.kind == Kind::PersonalDevice;
            prop_assert!(moved.device.is_none() || seen.device.is_none() || !settled, "another device without an approval");
            prop_assert!(moved.on.is_none_or(|on| on.jst_day() >= seen.last_on.jst_day()) || !entry.when.is_empty());
            paper = after(paper, &moved);
            let explained = ["cause", "prevention"].iter().all(|field| moved.added.contains_key(*field));
            prop_assert!(act != Act::CloseIncident || explained, "closed without cause and prevention");
            confirmed = act == Act::ConfirmWipe || (confirmed && act != Act::WipeAgain);
            prop_assert!(act != Act::HandOver || confirmed, "handed over without a checked wipe");
            let beyond = !matches!(paper.state, State::Filed | State::SentBack | State::Refused | State::Withdrawn);
            // What nobody approved went ahead under an exception, and the paper says under which.
            prop_assert!(paper.exception.is_none() || covered);
            prop_assert!(!beyond || approved || paper.exception.is_some(), "{:?} without an approval", paper.state);
            prop_assert_eq!(paper.asked_until.is_some(), paper.state == State::Extending);
            prop_assert_eq!(moved.at, now);
            prop_assert!(says_itself(act) || !moved.why.is_empty(), "{:?} without a reason", act);
            let looked = matches!(act, Act::CheckReturn | Act::ConfirmWipe | Act::ConfirmEnd);
            prop_assert_eq!(!moved.checker.is_empty(), looked, "{:?} names who looked, and nothing else does", act);
            prop_assert!(!looked || !same_name(&moved.checker, &paper.applicant.name), "{:?} by whom the paper is for", act);
            prop_assert!(!looked || Some(by.person) != paper.applicant.person, "{:?} recorded by whom the paper is for", act);
            // What somebody without an account reported changes nothing until somebody with one has taken it up.
            prop_assert!(was != State::Reported || matches!(act, Act::TakeUp | Act::Dismiss), "{:?} before it was taken up", act);
            if let Err(wrong) = keeps_the_secretariats_laws(&seen, &moved, by.role) {
                prop_assert!(false, "{wrong}: {:?}", moved);
            }
        }
    }
}

/// What holds for 注意・指導 and 利用制限 (and records): who may what, and that every step but an acceptance says why.
fn keeps_the_secretariats_laws(seen: &Paper, moved: &Moved, by: Role) -> Result<(), &'static str> {
    let (of_secretariat, answers) = (by == Role::Secretariat, moved.act == Act::Answer);
    let laws: &[(bool, &'static str)] = match seen.kind {
        Kind::Guidance => &[
            (of_secretariat != answers, "the secretariat answers nothing, and the facility does nothing else"),
            (moved.to != State::Closed || (moved.act == Act::Accept && seen.state == State::Answered), "closed without an answer"),
            (moved.act == Act::Accept || !moved.why.is_empty(), "no reason"),
            (moved.period.until >= seen.period.until, "the day of the answer was drawn nearer"),
        ],
        Kind::Restriction => &[
            (of_secretariat, "somebody else touched a restriction"),
            (!moved.why.is_empty(), "no reason"),
            (moved.period.until >= seen.period.until && moved.period.from == seen.period.from, "another beginning, or a shorter time"),
        ],
        Kind::Consideration | Kind::FacilityCheck => &[
            (!of_secretariat, "a facility's own record"),
            (!moved.why.is_empty(), "no reason"),
            (moved.act != Act::Review || moved.period.until > moved.at, "looked at again until a day that is over"),
        ],
        Kind::TakeOut | Kind::PersonalDevice | Kind::HandOver | Kind::Incident => &[],
    };
    laws.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, wrong)| Err(wrong))
}
