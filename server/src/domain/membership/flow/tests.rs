//! Laws of the table, whatever is tried by whomever in whatever order: nobody is in without both forms, nobody leaves empty-handed,
//! no state is lost, and every step says who, when and why.

use proptest::prelude::*;

use super::*;

/// 2026-08-03 09:00 JST.
const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);
const KEEP: Keep = Keep::Days(30);

fn id(n: u64) -> uuid::Uuid {
    uuid::Uuid::from_u64_pair(0, n)
}

fn place() -> (RegionId, FacilityId) {
    (RegionId::new(id(1)), FacilityId::new(id(2)))
}

fn entry() -> Entry {
    let text = |text: &str| text.to_owned();
    Entry {
        name: text("髙﨑架空医院"),
        kind: text("clinic"),
        seat: text("inside"),
        tie: String::new(),
        reference: text("見本-1"),
        form_1: text("2026-08-01"),
        form_2: text("2026-08-03"),
        person: text("見本 花子"),
        why: text("見本の理由"),
        until: text("2026-08-31"),
        sure: true,
    }
}

fn applied(entry: &Entry) -> Membership {
    apply(place(), Role::Secretariat, entry, NOW).expect("an application").after
}

fn take(membership: &Membership, act: Act, entry: &Entry, now: Timestamp) -> Result<Membership, Refusal> {
    advance(membership, act, (Some(Role::Secretariat), entry), KEEP, now).map(|moved| moved.after)
}

#[test]
fn a_facility_is_taken_in_once_both_forms_are_there_and_names_keep_their_old_form_characters() {
    let waiting = applied(&Entry { form_2: String::new(), ..entry() });
    assert_eq!(take(&waiting, Act::TakeIn, &entry(), NOW), Err(Refusal::FormsMissing));
    let whole = take(&waiting, Act::Amend, &entry(), NOW).expect("amended");
    let inside = take(&whole, Act::TakeIn, &entry(), NOW).expect("taken in");
    assert_eq!((inside.state, inside.taken_in_at, inside.version), (State::In, Some(NOW), 3));
    assert_eq!(inside.forms.name, "髙﨑架空医院");
}

#[test]
fn what_cannot_be_true_of_a_form_is_refused_with_what_is_wrong() {
    let wrong = |change: fn(&mut Entry)| {
        let mut entry = entry();
        change(&mut entry);
        apply(place(), Role::Secretariat, &entry, NOW).expect_err("refused")
    };
    assert_eq!(wrong(|e| e.form_1 = "2026-08-04".to_owned()), Refusal::FormDay("form_1"), "a day to come");
    assert_eq!(wrong(|e| e.form_2 = "2026-02-29".to_owned()), Refusal::FormDay("form_2"), "no day of the calendar");
    assert_eq!(wrong(|e| e.name = " \u{3000}".to_owned()), Refusal::Name);
    assert_eq!(wrong(|e| e.name = "架".repeat(LONGEST_FACILITY + 1)), Refusal::Name);
    assert_eq!(wrong(|e| e.kind = "unstated".to_owned()), Refusal::Kind);
    assert_eq!(wrong(|e| e.seat = "outside".to_owned()), Refusal::Tie);
    assert_eq!(wrong(|e| e.person.clear()), Refusal::Person);
    assert_eq!(apply(place(), Role::Administrator, &entry(), NOW), Err(Refusal::NotYours));
}

#[test]
fn a_facility_leaves_on_its_last_day_with_everything_handed_over_and_is_erased_when_its_records_are_old_enough() {
    let inside = take(&applied(&entry()), Act::TakeIn, &entry(), NOW).expect("taken in");
    assert_eq!(take(&inside, Act::Leave, &entry(), NOW), Err(Refusal::NotNow(State::In)));
    let past = Entry { until: "2026-08-02".to_owned(), ..entry() };
    assert_eq!(take(&inside, Act::BeginLeaving, &past, NOW), Err(Refusal::LastDay));
    let leaving = take(&inside, Act::BeginLeaving, &entry(), NOW).expect("leaving");
    assert_eq!(take(&leaving, Act::Leave, &entry(), NOW.plus_days(40)), Err(Refusal::NotHandedOver));
    let handed = take(&leaving, Act::HandOver, &entry(), NOW).expect("handed over");
    let end = handed.leaves_at.expect("a last day");
    assert_eq!(take(&handed, Act::Leave, &entry(), NOW), Err(Refusal::NotYet(end)));
    assert_eq!(take(&handed, Act::Leave, &Entry { sure: false, ..entry() }, end), Err(Refusal::NotSure));
    let last_morning = end.plus_seconds(-DAY);
    let left = take(&handed, Act::Leave, &entry(), last_morning).expect("left");
    let due = KEEP.end(last_morning).expect("a day");
    assert_eq!(left.erase_at, Some(due));
    let erase = |at, by| advance(&left, Act::Erase, (by, &Entry::default()), KEEP, at).map(|moved| moved.after.state);
    assert_eq!(erase(due.plus_seconds(-1), None), Err(Refusal::NotYet(due)));
    assert_eq!(erase(due, Some(Role::Secretariat)), Err(Refusal::NotYours));
    assert_eq!(erase(due, None), Ok(State::Erased));
}

#[test]
fn who_stays_after_all_is_suspended_until_somebody_resumes_the_use() {
    let inside = take(&applied(&entry()), Act::TakeIn, &entry(), NOW).expect("taken in");
    let leaving = take(&inside, Act::BeginLeaving, &entry(), NOW).expect("leaving");
    let handed = take(&leaving, Act::HandOver, &entry(), NOW).expect("handed over");
    let stays = take(&handed, Act::StayOn, &entry(), NOW).expect("stays");
    assert_eq!((stays.state, stays.leaves_at, stays.handed_at), (State::Suspended, None, None));
    assert_eq!(take(&stays, Act::Resume, &entry(), NOW).map(|m| m.state), Ok(State::In));
}

#[test]
fn no_state_is_a_dead_end_but_the_final_ones_and_every_state_is_reached() {
    let mut reached = vec![State::Applied];
    while let Some(step) = STEPS.iter().find(|s| !reached.contains(&s.to) && s.from.iter().any(|from| reached.contains(from))) {
        reached.push(step.to);
    }
    assert_eq!(reached.len(), State::ALL.len());
    for &state in State::ALL {
        assert_eq!(STEPS.iter().any(|step| step.from.contains(&state)), !state.is_final(), "{state:?}");
    }
}

proptest! {
    #[test]
    fn no_path_skips_a_form_a_handing_over_or_the_retention(
        both in any::<bool>(),
        tries in proptest::collection::vec((0..Act::ALL.len(), 0..Role::ALL.len() + 1, 0_i64..40, any::<bool>()), 0..80),
    ) {
        let half = Entry { form_2: String::new(), ..entry() };
        let mut membership = applied(&if both { entry() } else { half.clone() });
        let (mut now, mut was_in, mut handed, mut left) = (NOW, false, false, None);
        for (act, by, days, whole) in tries {
            let (act, by) = (Act::ALL[act], Role::ALL.get(by).copied());
            now = now.plus_days(days);
            let typed = if whole { entry() } else { half.clone() };
            let until = now.plus_days(1).jst_date_in(hashimori_shared::lang::Lang::English);
            let typed = Entry { until, ..typed };
            let offered = by.is_some_and(|by| choices(&membership, by).iter().any(|step| step.act == act));
            let Ok(moved) = advance(&membership, act, (by, &typed), KEEP, now) else { continue };
            prop_assert!(!membership.state.is_final());
            prop_assert_eq!(offered, act != Act::Erase, "what can be done is offered, the clock's own act to nobody");
            prop_assert_eq!(by, if act == Act::Erase { None } else { Some(Role::Secretariat) });
            prop_assert_eq!(moved.at, now);
            let says_itself = matches!(act, Act::Amend | Act::ApplyAgain | Act::Erase);
            prop_assert_eq!(moved.why.is_empty(), says_itself, "{:?} says why", act);
            prop_assert_eq!(moved.after.version, membership.version + 1);
            let forms = &moved.after.forms;
            prop_assert!(act != Act::TakeIn || (forms.form_1.is_some() && forms.form_2.is_some()));
            was_in |= act == Act::TakeIn;
            handed = act == Act::HandOver || (handed && act != Act::StayOn);
            prop_assert!(!moved.after.state.takes_part() || was_in);
            prop_assert!(act != Act::Leave || handed, "left empty-handed");
            if act == Act::Leave { left = Some(now); }
            if act == Act::Erase {
                prop_assert!(left.is_some_and(|left| Some(now) >= KEEP.end(left)), "erased too early");
            }
            membership = moved.after;
        }
    }
}
