//! Laws of the tables, whatever is tried by whomever in whatever order: nothing leaves without an approval by somebody else, no paper
//! is stuck, and every step says who, when and why.

mod laws;

use hashimori_shared::lang::Lang;
use hashimori_shared::pack::Pack;
use hashimori_shared::time::DAY;

use super::super::{Applicant, Values};
use super::*;
use crate::domain::ids::{ExceptionId, PaperId};

/// 2026-08-03 09:00 JST.
const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);
const MIDNIGHT: Timestamp = Timestamp::from_seconds(1_785_715_200 - 9 * 3600);

fn id(n: u64) -> uuid::Uuid {
    uuid::Uuid::from_u64_pair(0, n)
}

/// Who there is: the role and the name of each.
const PEOPLE: [(u64, Role, &str); 5] = [
    (1, Role::Administrator, "髙橋 花子"),
    (2, Role::Deputy, "見本 次郎"),
    (3, Role::Head, "見本 三郎"),
    (4, Role::Secretariat, "架空 四郎"),
    (5, Role::Auditor, "架空 五郎"),
];

fn hand(n: usize) -> Hand<'static> {
    let (person, role, name) = PEOPLE[n];
    Hand { person: PersonId::new(id(person)), role, name }
}

fn paper(applicant: (Option<u64>, &str)) -> Paper {
    paper_of(Kind::TakeOut, applicant)
}

fn paper_of(kind: Kind, applicant: (Option<u64>, &str)) -> Paper {
    Paper {
        id: PaperId::new(id(9)),
        kind,
        number: 1,
        state: kind.first_state(false, false),
        applicant: Applicant { person: applicant.0.map(|n| PersonId::new(id(n))), name: applicant.1.to_owned() },
        device: None,
        period: Period { from: MIDNIGHT, until: MIDNIGHT.plus_days(7) },
        asked_until: None,
        exception: None,
        values: Values::new(),
        filed_at: NOW,
        last_on: NOW,
        version: 1,
    }
}

fn around(pack: &Pack) -> Surroundings<'_> {
    Surroundings {
        applicant: None,
        has_head: true,
        device: Some(Standing::Active),
        exception: None,
        personal: PersonalMode::ExceptionOnly,
        rules: &pack.parameters().approval,
        most_days: 183,
    }
}

fn entry() -> Entry {
    Entry {
        why: "見本の理由".to_owned(),
        until: "2026-08-20".to_owned(),
        checker: "別の 人".to_owned(),
        on: String::new(),
        device: "01900000-0000-7000-8000-000000000000".to_owned(),
        cleared: true,
        when: String::new(),
        fields: [
            ("cause", "見本"),
            ("prevention", "見本"),
            ("answer", "見本の対応"),
            ("verdict", "in_use"),
            ("decision", "見本の決定"),
            ("present", "見本"),
            ("condition", "good"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
    }
}

/// The paper after a step.
fn after(mut paper: Paper, moved: &Moved) -> Paper {
    (paper.state, paper.period, paper.asked_until) = (moved.to, moved.period, moved.asked_until);
    paper.exception = moved.exception.or(paper.exception);
    (paper.device, paper.last_on) = (moved.device.or(paper.device), moved.on.unwrap_or(moved.at));
    paper
}

#[test]
fn nobody_approves_what_they_ask_for_however_the_name_is_written() {
    let pack = Pack::bundled();
    let act = |paper: &Paper, by: usize, around: &Surroundings<'_>| {
        advance(paper, Act::Approve, (&hand(by), &entry()), around, NOW).map(|m| m.to)
    };
    let nurse = paper((None, "見本 看護師"));
    assert_eq!(act(&nurse, 0, &around(&pack)), Ok(State::Approved));
    assert_eq!(act(&nurse, 3, &around(&pack)), Err(Refusal::NotYours(None)));
    assert_eq!(act(&paper((None, "高橋花子")), 0, &around(&pack)), Err(Refusal::OwnRequest));
    let own = paper((Some(1), "髙橋 花子"));
    let by_administrator = Surroundings { applicant: Some(Role::Administrator), ..around(&pack) };
    assert_eq!(act(&own, 0, &by_administrator), Err(Refusal::OwnRequest));
    assert_eq!(act(&own, 1, &by_administrator), Err(Refusal::NotYours(Some(Role::Head))), "not even a deputy");
    assert_eq!(act(&own, 2, &by_administrator), Ok(State::Approved));
    let headless = Surroundings { has_head: false, ..by_administrator };
    assert_eq!(act(&own, 3, &headless), Ok(State::Approved));
}

#[test]
fn a_device_that_is_retired_in_the_middle_is_let_out_no_more_and_still_comes_back() {
    let pack = Pack::bundled();
    let retired = Surroundings { device: Some(Standing::Retired), ..around(&pack) };
    let act = |paper: &Paper, act| advance(paper, act, (&hand(0), &entry()), &retired, NOW).map(|m| m.to);
    let filed = paper((None, "見本"));
    assert_eq!(act(&filed, Act::Approve), Err(Refusal::DeviceNotInUse(Standing::Retired)));
    assert_eq!(act(&Paper { state: State::Approved, ..filed.clone() }, Act::TakeOut), Err(Refusal::DeviceNotInUse(Standing::Retired)));
    assert_eq!(act(&Paper { state: State::Out, ..filed }, Act::Return), Ok(State::Returned));
}

#[test]
fn a_return_is_checked_by_somebody_else_than_who_had_it() {
    let pack = Pack::bundled();
    let back = Paper { state: State::Returned, ..paper((None, "山﨑 一郎")) };
    let check = |name: &str| {
        let entry = Entry { checker: name.to_owned(), ..entry() };
        advance(&back, Act::CheckReturn, (&hand(0), &entry), &around(&pack), NOW).map(|moved| moved.checker)
    };
    assert_eq!(check("山崎　一郎"), Err(Refusal::SameChecker));
    assert_eq!(check(" "), Err(Refusal::NoChecker));
    assert_eq!(check("髙橋　花子"), Ok("髙橋 花子".to_owned()));
    let found = |condition: &str, why: &str| {
        let mut entry = Entry { why: why.to_owned(), ..entry() };
        entry.fields.insert("condition".to_owned(), condition.to_owned());
        advance(&back, Act::CheckReturn, (&hand(0), &entry), &around(&pack), NOW).map(|moved| moved.to)
    };
    let unsaid = found("", "").map_err(|refusal| refusal.text().field().map(str::to_owned));
    assert_eq!(unsaid.map(|_| ()), Err(Some("condition".to_owned())), "nobody said how it came back");
    assert_eq!(found("wrong", " "), Err(Refusal::NoFinding));
    assert_eq!((found("wrong", "画面が割れている"), found("good", "")), (Ok(State::Closed), Ok(State::Closed)));
}

#[test]
fn the_check_of_ones_own_paper_is_recorded_by_the_head_where_there_is_one() {
    let pack = Pack::bundled();
    let own = paper((Some(1), "髙橋 花子"));
    let record = |kind, state, act, by, around: &Surroundings<'_>| {
        let paper = Paper { kind, state, ..own.clone() };
        advance(&paper, act, (&hand(by), &entry()), around, NOW).map(|moved| moved.to)
    };
    for (kind, state, act) in [
        (Kind::TakeOut, State::Returned, Act::CheckReturn),
        (Kind::HandOver, State::Wiped, Act::ConfirmWipe),
        (Kind::PersonalDevice, State::InUse, Act::ConfirmEnd),
    ] {
        let headless = Surroundings { has_head: false, ..around(&pack) };
        assert_eq!(record(kind, state, act, 0, &around(&pack)), Err(Refusal::OwnCheck), "{act:?}");
        assert!(record(kind, state, act, 2, &around(&pack)).is_ok(), "{act:?} by the head");
        assert!(record(kind, state, act, 1, &around(&pack)).is_ok(), "{act:?} by a deputy");
        assert!(record(kind, state, act, 0, &headless).is_ok(), "{act:?} where nobody else has an account");
    }
}

#[test]
fn an_extension_moves_the_end_only_when_it_is_approved() {
    let pack = Pack::bundled();
    let out = Paper { state: State::Out, ..paper((None, "見本")) };
    let asked = advance(&out, Act::AskExtension, (&hand(0), &entry()), &around(&pack), NOW).expect("asked");
    assert_eq!(asked.period, out.period);
    let waits = after(out.clone(), &asked);
    assert!(waits.asked_until.is_some_and(|until| until > out.period.until));
    assert!(waits.is_overdue(out.period.until), "what is asked for is no approval");
    let kept = advance(&waits, Act::KeepEnd, (&hand(0), &entry()), &around(&pack), NOW).expect("kept");
    assert_eq!((kept.to, kept.period, kept.asked_until), (State::Out, out.period, None));
    let longer = advance(&waits, Act::Extend, (&hand(0), &entry()), &around(&pack), NOW).expect("longer");
    assert_eq!((longer.to, Some(longer.period.until), longer.asked_until), (State::Out, waits.asked_until, None));
}

#[test]
fn what_was_done_on_paper_bears_its_own_day_and_that_day_counts() {
    let pack = Pack::bundled();
    let late = paper((None, "見本"));
    let now = late.period.until.plus_days(3);
    let on = |day: &str| {
        let entry = Entry { on: day.to_owned(), ..entry() };
        advance(&late, Act::Approve, (&hand(0), &entry), &around(&pack), now).map(|moved| moved.on)
    };
    assert_eq!(on(""), Err(Refusal::PeriodOver));
    assert!(on("2026-08-04").is_ok_and(|on| on == Some(MIDNIGHT.plus_days(1))));
    assert_eq!(on("2026-08-01"), Err(Refusal::PaperDay), "before it was filed");
    assert_eq!(on("2027-02-29"), Err(Refusal::PaperDay));
}

#[test]
fn no_state_is_a_dead_end_but_the_final_ones_and_every_state_is_reached() {
    for &kind in Kind::ALL {
        let mut reached = vec![kind.first_state(false, false), kind.first_state(true, false)];
        while let Some(step) = kind.steps().iter().find(|s| !reached.contains(&s.to) && s.from.iter().any(|from| reached.contains(from))) {
            reached.push(step.to);
        }
        for &state in &reached {
            let leads_on = kind.steps().iter().any(|step| step.from.contains(&state));
            assert_eq!(leads_on, !state.is_final(), "{kind:?} {state:?}");
        }
        let unreached: Vec<_> = kind.steps().iter().flat_map(|s| s.from).filter(|from| !reached.contains(from)).collect();
        assert!(unreached.is_empty(), "{kind:?}: {unreached:?}");
    }
}

#[test]
fn an_incident_closes_only_with_cause_and_prevention_and_its_clock_counts_days_from_the_finding() {
    let pack = Pack::bundled();
    let open = paper_of(Kind::Incident, (None, "見本"));
    let close = |entry: &Entry| advance(&open, Act::CloseIncident, (&hand(3), entry), &around(&pack), NOW).map(|moved| moved.added.len());
    assert_eq!(close(&entry()), Ok(2), "the secretariat too");
    for missing in ["cause", "prevention"] {
        let mut entry = entry();
        entry.fields.insert(missing.to_owned(), " ".to_owned());
        assert!(matches!(close(&entry), Err(Refusal::Field(InvalidField::Missing(_)))), "{missing}");
    }
    let due = |what: &str| {
        let values = [("what".to_owned(), what.to_owned())].into();
        let deadlines = Paper { values, ..open.clone() }.deadlines(&pack.parameters().incident);
        deadlines.map(|deadline| deadline.due.seconds_since(MIDNIGHT) / DAY - 1)
    };
    // The full report counts the day on which it was found as its first.
    assert_eq!((due("loss"), due("theft")), ([5, 29], [5, 59]));
}

#[test]
fn only_a_device_that_is_there_and_not_gone_is_marked_as_lost() {
    let pack = Pack::bundled();
    let open = paper_of(Kind::Incident, (None, "見本"));
    let mark = |device| {
        let around = Surroundings { device, ..around(&pack) };
        let offered = choices(&open, &hand(0), &around).iter().any(|step| step.act == Act::MarkLost);
        (offered, advance(&open, Act::MarkLost, (&hand(0), &entry()), &around, NOW).map(|moved| moved.to))
    };
    assert_eq!(mark(Some(Standing::Active)), (true, Ok(State::Open)));
    for device in [None, Some(Standing::Lost), Some(Standing::Retired)] {
        assert_eq!(mark(device), (false, Err(Refusal::NothingToMark)), "{device:?}");
    }
}

#[test]
fn under_a_disaster_exception_nothing_waits_for_an_approval_and_afterwards_it_is_approved_or_ended() {
    let pack = Pack::bundled();
    let covered = Surroundings { exception: Some(ExceptionId::new(id(7))), ..around(&pack) };
    for kind in [Kind::TakeOut, Kind::PersonalDevice] {
        let waits = paper_of(kind, (None, "見本 看護師"));
        let offered = |around: &Surroundings<'_>| choices(&waits, &hand(1), around).iter().any(|step| step.act == Act::UseException);
        assert!(offered(&covered) && !offered(&around(&pack)), "{kind:?}");
        let go = |around: &Surroundings<'_>| advance(&waits, Act::UseException, (&hand(1), &entry()), around, NOW);
        assert_eq!(go(&around(&pack)).map(|moved| moved.to), Err(Refusal::NoException));
        let went = after(waits.clone(), &go(&covered).expect("goes ahead"));
        assert_eq!((went.state, went.exception), (State::Exempt, covered.exception));
        assert_eq!(went.is_overdue(went.period.until), kind == Kind::TakeOut);
        // The exception is over: nobody has to repair anything, and the approval is somebody else's all the same.
        let approve =
            |by: usize| advance(&went, Act::Approve, (&hand(by), &Entry { until: String::new(), ..entry() }), &around(&pack), NOW);
        assert!(approve(1).is_ok_and(|moved| matches!(moved.to, State::Out | State::InUse)), "{kind:?}");
        assert_eq!(approve(3).map(|moved| moved.to), Err(Refusal::NotYours(None)));
        let end = if kind == Kind::TakeOut { Act::Return } else { Act::ConfirmEnd };
        assert!(advance(&went, end, (&hand(1), &entry()), &around(&pack), went.period.until.plus_days(30)).is_ok(), "{kind:?}");
        assert!(advance(&went, Act::Withdraw, (&hand(1), &entry()), &covered, NOW).is_err(), "what was used is cleared, not taken back");
    }
}

#[test]
fn a_personal_device_is_approved_only_where_the_facility_allows_any_and_what_is_approved_is_that_device() {
    let pack = Pack::bundled();
    let asked = paper_of(Kind::PersonalDevice, (None, "見本 看護師"));
    let shorter = Entry { until: String::new(), ..entry() };
    let approve = |around: &Surroundings<'_>| advance(&asked, Act::Approve, (&hand(1), &shorter), around, NOW);
    let prohibited = Surroundings { personal: PersonalMode::Prohibited, ..around(&pack) };
    assert_eq!(approve(&prohibited).map(|moved| moved.to), Err(Refusal::Prohibited));
    assert_eq!(approve(&around(&pack)).map(|moved| moved.to), Ok(State::InUse));

    let link = |paper: &Paper| {
        let offered = choices(paper, &hand(1), &around(&pack)).iter().any(|step| step.act == Act::LinkDevice);
        (offered, advance(paper, Act::LinkDevice, (&hand(1), &entry()), &around(&pack), NOW).map(|moved| moved.device.is_some()))
    };
    let (device, other) = (Some(DeviceId::new(id(8))), Err(Refusal::OtherDevice));
    for state in [State::InUse, State::Exempt] {
        assert_eq!(link(&Paper { state, ..asked.clone() }), (true, Ok(true)), "{state:?}: it enrols in the same flow");
        assert_eq!(link(&Paper { state, device, ..asked.clone() }), (false, other), "{state:?}");
    }
    assert_eq!(link(&Paper { device, ..asked }), (true, Ok(true)), "nobody has approved it yet");
}

#[test]
fn no_step_is_of_a_day_before_the_one_it_rests_on() {
    let pack = Pack::bundled();
    let confirmed = Paper {
        state: State::WipeConfirmed,
        filed_at: NOW.plus_days(-9),
        last_on: NOW.plus_days(-2),
        ..paper_of(Kind::HandOver, (None, "見本"))
    };
    let hand_over = |on: &str| {
        let entry = Entry { on: on.to_owned(), ..entry() };
        advance(&confirmed, Act::HandOver, (&hand(1), &entry), &around(&pack), NOW).map(|moved| moved.to)
    };
    let day = |days: i64| NOW.plus_days(days).jst_date_in(Lang::English);
    assert_eq!(hand_over(&day(-3)), Err(Refusal::PaperDay), "it was not wiped yet");
    assert!(hand_over(&day(-2)).is_ok() && hand_over(&day(0)).is_ok());

    let open = paper_of(Kind::Incident, (None, "見本"));
    let suspend = |when: &str| {
        let entry = Entry { when: when.to_owned(), ..entry() };
        advance(&open, Act::SuspendLine, (&hand(1), &entry), &around(&pack), NOW).map(|moved| moved.to)
    };
    assert_eq!(suspend("1999-01-01T00:00"), Err(Refusal::When));
    assert_eq!(suspend(&format!("{}T07:00", day(-1))), Ok(State::Open), "before it was written down");
}

#[test]
fn whoever_asked_takes_it_back_while_nobody_has_decided_and_says_why() {
    let pack = Pack::bundled();
    let asked = paper_of(Kind::PersonalDevice, (None, "髙﨑 𠮷男"));
    let withdraw = |paper: &Paper, why: &str| {
        let entry = Entry { why: why.to_owned(), ..Entry::default() };
        withdraw_own(paper, &entry, &around(&pack), NOW).map(|moved| moved.to)
    };
    assert_eq!(withdraw(&asked, "使わない"), Ok(State::Withdrawn));
    assert_eq!(withdraw(&asked, " "), Err(Refusal::Reason));
    for state in [State::InUse, State::Withdrawn, State::Closed] {
        assert_eq!(withdraw(&Paper { state, ..asked.clone() }, "使わない"), Err(Refusal::NotNow(state)));
    }
    assert!(withdraw(&paper_of(Kind::Incident, (None, "見本")), "誤り").is_err(), "a report stays");
}

#[test]
fn guidance_goes_from_issue_to_answer_to_acceptance_and_by_no_other_way() {
    let pack = Pack::bundled();
    let act = |paper: &Paper, act, by| advance(paper, act, (&hand(by), &entry()), &around(&pack), NOW);
    let (administrator, secretariat) = (0, 3);
    let issued = paper_of(Kind::Guidance, (None, "見本"));
    assert_eq!(act(&issued, Act::Accept, secretariat), Err(Refusal::NotNow(State::Issued)));
    assert_eq!(act(&issued, Act::Answer, secretariat), Err(Refusal::NotYours(None)));
    assert_eq!(act(&issued, Act::Escalate, administrator), Err(Refusal::Secretariats));
    let moved = act(&issued, Act::Answer, administrator).expect("answered");
    assert_eq!((moved.to, moved.why.as_str(), moved.added.len()), (State::Answered, "見本の対応", 1), "the history has the answer too");
    let answered = after(issued.clone(), &moved);
    assert_eq!(act(&answered, Act::Accept, administrator), Err(Refusal::Secretariats));
    let back = act(&answered, Act::SendBack, secretariat).expect("sent back");
    assert!(back.to == State::Issued && back.period.until > issued.period.until, "with more time, where some was given");
    let no_day = Entry { until: String::new(), ..entry() };
    let kept = advance(&answered, Act::SendBack, (&hand(secretariat), &no_day), &around(&pack), NOW).expect("sent back");
    assert_eq!(kept.period, issued.period);
    let escalated = after(issued.clone(), &act(&issued, Act::Escalate, secretariat).expect("escalated"));
    assert_eq!(act(&escalated, Act::Accept, secretariat), Err(Refusal::NotNow(State::Escalated)), "it still wants an answer");
    assert_eq!(act(&escalated, Act::Answer, administrator).map(|moved| moved.to), Ok(State::Answered));
    assert!(!issued.is_due(issued.period.until.plus_seconds(-1)) && issued.is_due(issued.period.until));
}

#[test]
fn a_restriction_holds_within_its_days_and_only_the_secretariat_lifts_it() {
    let pack = Pack::bundled();
    let on = paper_of(Kind::Restriction, (None, "見本"));
    let (from, until) = (on.period.from, on.period.until);
    assert_eq!([-1, 0].map(|s| on.restricts(from.plus_seconds(s))), [false, true]);
    assert_eq!([-1, 0].map(|s| on.restricts(until.plus_seconds(s))), [true, false]);
    assert!(on.is_due(until), "somebody has to say that it is over");
    for by in [0, 1, 2] {
        assert_eq!(advance(&on, Act::Lift, (&hand(by), &entry()), &around(&pack), NOW), Err(Refusal::Secretariats));
    }
    let lifted = after(on.clone(), &advance(&on, Act::Lift, (&hand(3), &entry()), &around(&pack), NOW).expect("lifted"));
    assert!(!lifted.restricts(from) && lifted.state.is_final());
}

#[test]
fn a_record_that_is_looked_at_again_counts_from_that_day_and_keeps_what_was_decided_before_in_its_history() {
    let pack = Pack::bundled();
    let kept = paper_of(Kind::Consideration, (None, "見本"));
    let later = kept.period.until.plus_days(3);
    let review = |until: &str| {
        let entry = Entry { until: until.to_owned(), ..entry() };
        let around = Surroundings { most_days: 396, ..around(&pack) };
        advance(&kept, Act::Review, (&hand(0), &entry), &around, later)
    };
    let moved = review("2027-08-12").expect("reviewed");
    assert_eq!((moved.period.from, moved.to, moved.why.as_str()), (MIDNIGHT.plus_days(10), State::Kept, "見本の決定"));
    assert_eq!(review("2026-08-12"), Err(Refusal::Period(InvalidPeriod::EndBeforeStart)));
    assert_eq!(review("2028-08-12"), Err(Refusal::Period(InvalidPeriod::TooLong(396))));
}
