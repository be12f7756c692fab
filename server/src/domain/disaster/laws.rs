//! Laws: whatever is done in whatever order and at whatever time, no path skips an approval and nothing holds longer than was said.

use hashimori_shared::pack::{DisasterRules, DisasterScope};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::act::Actor;
use crate::domain::ids::PersonId;

const HOUR: i64 = 3600;
const START: Timestamp = Timestamp::from_seconds(1_785_715_200);

fn rules() -> DisasterRules {
    DisasterRules {
        provisional_hours: 24,
        provisional_max_hours: 72,
        expiry_days: 7,
        scopes: vec![DisasterScope::Region],
        areas: vec!["east".to_owned(), "west".to_owned()],
        waives: vec!["20-7".to_owned(), "20-8".to_owned()],
        guest_days: 7,
        clear_days: 14,
    }
}

fn facility(n: u128) -> FacilityId {
    FacilityId::new(Uuid::from_u128(n))
}

fn by(office: Office, now: Timestamp) -> By {
    let actor = Actor::Person(PersonId::new(Uuid::from_u128(7)));
    By { actor, office, why: "flooded".to_owned(), event_at: now, entered_at: now }
}

fn opening() -> Opening {
    let (id, region) = (ExceptionId::new(Uuid::from_u128(1)), RegionId::new(Uuid::from_u128(2)));
    Opening { id, region, basis: "article 25".to_owned(), drill: false }
}

fn begun(now: Timestamp) -> Exception {
    again(&[], now).expect("begins").0
}

/// A facility begins, having begun these before.
fn again(earlier: &[Exception], now: Timestamp) -> Result<(Exception, Step), Refused> {
    let earlier: Vec<_> = earlier.iter().cloned().map(|one| one.at(now)).collect();
    Exception::begin(opening(), &earlier, &by(Office::Facility(facility(1)), now), &rules())
}

fn activated(now: Timestamp) -> Exception {
    let reach = Reach::Areas([SHUTO, KUGA].map(|n| Place::covered(area(n))).to_vec());
    Exception::activate(opening(), reach, &by(Office::Secretariat, now), 7).expect("activates").0
}

/// Two areas.
const SHUTO: u128 = 11;
const KUGA: u128 = 12;

fn area(n: u128) -> AreaId {
    AreaId::new(Uuid::from_u128(n))
}

const DEEDS: [&str; 9] = ["renew", "ratify", "refuse", "withdraw", "extend", "lift-in", "lift", "report", "close"];

fn attempt(exception: Exception, deed: &str, by: &By, uncleared: i64) -> Result<(Exception, Step), Refused> {
    match deed {
        "renew" => exception.renew(by, &rules()),
        "ratify" => exception.ratify(by, 7),
        "refuse" => exception.refuse(by),
        "withdraw" => exception.withdraw(by),
        "extend" => exception.extend(by, 7),
        "lift-in" => exception.lift_in(by, &[area(SHUTO).to_string()]),
        "lift" => exception.lift(by),
        "report" => exception.report(by),
        "close" => exception.close(by, uncleared),
        other => unreachable!("{other}"),
    }
}

proptest! {
    #[test]
    fn no_path_skips_an_approval_and_nothing_holds_longer_than_was_said(
        by_facility: bool,
        deeds in proptest::collection::vec((0..DEEDS.len(), 0_u8..3, 0_i64..30, 0_i64..2), 1..25),
    ) {
        let mut now = START;
        let mut exception = if by_facility { begun(now) } else { activated(now) };
        let mut file: Vec<Step> = Vec::new();
        for (deed, who, hours, uncleared) in deeds {
            now = now.plus_seconds(hours * HOUR);
            let office = [Office::Secretariat, Office::Facility(facility(1)), Office::Facility(facility(2))][usize::from(who)];
            let before = exception.clone().at(now);
            let who = by(office, now);
            let Ok((after, step)) = attempt(exception.clone(), DEEDS[deed], &who, uncleared) else {
                exception = before;
                continue;
            };
            prop_assert_ne!(office, Office::Facility(facility(2)), "a stranger's facility did {}", DEEDS[deed]);
            prop_assert!(after.phase >= before.phase, "{:?} → {:?}", before.phase, after.phase);
            prop_assert!(before.phase.is_open() || !after.phase.is_open(), "what ended began again");
            prop_assert!(after.ends_at >= before.ends_at);
            prop_assert_eq!(step.until, after.phase.is_open().then_some(after.ends_at));
            prop_assert_eq!((step.by, &step.why, step.event_at, step.entered_at), (who.actor, &who.why, now, now));
            prop_assert!(!step.why.is_empty() && after.began_at == START && after.reason == before.reason);
            if matches!(after.phase, Phase::On | Phase::Extended | Phase::Reported | Phase::Closed) {
                prop_assert_eq!(office, Office::Secretariat, "{:?} needs the secretariat", after.phase);
            }
            if after.phase == Phase::Closed {
                prop_assert!(uncleared == 0 && before.phase == Phase::Reported);
            }
            file.push(step);
            exception = after;
        }
        let answered = file.iter().any(|step| step.kind == StepKind::Ratified);
        if by_facility && !answered {
            prop_assert!(exception.ends_at <= START.plus_seconds(72 * HOUR));
            prop_assert!(!exception.is_open(START.plus_seconds(72 * HOUR)));
        }
        prop_assert!(!exception.is_open(exception.ends_at));
        // Nothing is stuck: whatever was done, the 事務局 can bring it to its end.
        let mut left = exception.clone();
        for deed in ["refuse", "lift", "report", "close"] {
            left = attempt(left.clone(), deed, &by(Office::Secretariat, now), 0).map_or(left, |(after, _)| after);
        }
        prop_assert_eq!(left.phase, Phase::Closed);
        // Whoever reads it after its end sees it ended, recorded or not.
        prop_assert!(exception.clone().at(exception.ends_at).ended.is_some());
    }

    #[test]
    fn without_an_answer_no_facility_is_covered_for_longer_however_often_it_takes_back_what_it_began(
        deeds in proptest::collection::vec((0_u8..3, 0_i64..40), 1..40),
    ) {
        let mut now = START;
        let mut begun: Vec<Exception> = Vec::new();
        for (deed, hours) in deeds {
            now = now.plus_seconds(hours * HOUR);
            let who = by(Office::Facility(facility(1)), now);
            let last = begun.pop().map(|last| last.at(now));
            let next: Vec<_> = match (deed, last) {
                (1, Some(last)) => vec![last.clone().renew(&who, &rules()).map_or(last, |(renewed, _)| renewed)],
                (2, Some(last)) => vec![last.clone().withdraw(&who).map_or(last, |(over, _)| over)],
                (_, Some(last)) if last.is_open(now) => vec![last],
                (_, last) => {
                    begun.extend(last);
                    again(&begun, now).into_iter().map(|(new, _)| new).collect()
                }
            };
            begun.extend(next);
        }
        // However they follow each other, they hold for no more than a facility's own hours within those hours and the rest after them.
        let held: Vec<_> = begun.iter().map(|one| (one.began_at, one.ended.map_or(one.ends_at, |(_, at)| at))).collect();
        for &(_, until) in &held {
            let since = until.plus_seconds(-144 * HOUR);
            let hours: i64 = held.iter().filter(|(_, to)| *to <= until).map(|(from, to)| to.seconds_since((*from).max(since)).max(0)).sum();
            prop_assert!(hours <= 72 * HOUR, "{} hours: {:?}", hours / HOUR, held);
        }
    }
}

#[test]
fn a_facilitys_own_act_lapses_after_a_day_and_can_be_renewed_to_three() {
    let own = by(Office::Facility(facility(1)), START);
    let at = |hours: i64| By { event_at: START.plus_seconds(hours * HOUR), entered_at: START.plus_seconds(hours * HOUR), ..own.clone() };
    let first = begun(START);
    assert_eq!(first.ends_at, START.plus_seconds(24 * HOUR));
    assert_eq!(first.clone().at(first.ends_at).ended, Some((Ending::Unratified, first.ends_at)));
    let (second, _) = first.clone().renew(&at(20), &rules()).expect("renews");
    let (third, _) = second.renew(&at(40), &rules()).expect("renews");
    let (last, step) = third.renew(&at(60), &rules()).expect("renews");
    assert_eq!((last.ends_at, step.until), (START.plus_seconds(72 * HOUR), Some(START.plus_seconds(72 * HOUR))));
    assert_eq!(last.clone().renew(&at(70), &rules()), Err(Refused::UsedUp(None)));
    assert_eq!(first.renew(&at(24), &rules()), Err(Refused::Not(Phase::CleanUp)), "a lapsed one is not renewed");

    let over = last.at(START.plus_seconds(73 * HOUR));
    let (over, rested) = ([over], START.plus_seconds(144 * HOUR));
    assert_eq!(again(&over, rested.plus_seconds(-1)), Err(Refused::UsedUp(Some(rested))));
    assert_eq!(again(&over, rested).map(|(new, _)| new.ends_at), Ok(rested.plus_seconds(24 * HOUR)));
}

#[test]
fn what_a_facility_took_back_counts_when_it_begins_once_more_until_it_has_rested_as_long() {
    let at = |hours: i64| START.plus_seconds(hours * HOUR);
    let own = |hours: i64| by(Office::Facility(facility(1)), at(hours));
    let taken_back = |hours: i64| [begun(START).renew(&own(20), &rules()).and_then(|(one, _)| one.withdraw(&own(hours))).expect("over").0];
    let (second, _) = again(&taken_back(22), at(30)).expect("begins");
    assert_eq!((second.began_at, second.hours_from, second.ends_at), (at(30), START, at(54)));
    let (second, _) = second.renew(&own(53), &rules()).expect("renews");
    assert_eq!(second.ends_at, at(72), "until the hours of the first are over");
    assert_eq!(second.renew(&own(60), &rules()), Err(Refused::UsedUp(None)));
    assert_eq!(again(&taken_back(22), at(71)).map(|(third, _)| third.ends_at), Ok(at(72)));
    assert_eq!(again(&taken_back(22), at(72)), Err(Refused::UsedUp(Some(at(94)))));
    assert_eq!(again(&taken_back(22), at(94)).map(|(third, _)| (third.hours_from, third.ends_at)), Ok((at(94), at(118))));
    // It held until somebody entered that it does not: a moment long ago would give hours back that were used.
    let late = By { event_at: at(1), ..own(23) };
    assert_eq!(begun(START).withdraw(&late).map(|(one, step)| (one.ended, step.event_at)), Ok((Some((Ending::Withdrawn, at(23))), at(1))));
}

#[test]
fn an_activation_ends_after_its_days_unless_somebody_extends_it_and_only_the_secretariat_may() {
    let exception = activated(START);
    assert_eq!(exception.ends_at, START.plus_days(7));
    let later = START.plus_days(6);
    assert_eq!(exception.clone().extend(&by(Office::Facility(facility(1)), later), 7), Err(Refused::NotYours));
    assert_eq!(exception.clone().extend(&by(Office::Secretariat, later), 0), Err(Refused::Days));
    assert_eq!(exception.clone().extend(&by(Office::Secretariat, later), 31), Err(Refused::Days));
    let (extended, step) = exception.clone().extend(&by(Office::Secretariat, later), 7).expect("extends");
    assert_eq!((extended.phase, extended.ends_at, step.kind), (Phase::Extended, START.plus_days(14), StepKind::Extended));
    assert_eq!(exception.clone().extend(&by(Office::Secretariat, START.plus_days(7)), 7), Err(Refused::Not(Phase::CleanUp)));
    let (lapsed, step) = exception.lapse(START.plus_days(9)).expect("has lapsed");
    assert_eq!(lapsed.ended, Some((Ending::Lapsed, START.plus_days(7))));
    assert_eq!((step.by, step.event_at, step.entered_at), (Actor::Collector, START.plus_days(7), START.plus_days(9)));
    assert_eq!(lapsed.lapse(START.plus_days(10)), None, "recorded once");
}

#[test]
fn an_area_is_lifted_by_itself_and_the_last_one_ends_the_whole() {
    let (left, step) = activated(START).lift_in(&by(Office::Secretariat, START.plus_days(6)), &[area(KUGA).to_string()]).expect("lifts");
    assert_eq!((left.phase, step.kind), (Phase::On, StepKind::LiftedInPart));
    assert!(left.reach.covers(facility(1), &[area(SHUTO)]) && !left.reach.covers(facility(1), &[area(KUGA)]));
    let again = left.clone().lift_in(&by(Office::Secretariat, START.plus_days(6)), &[area(KUGA).to_string()]);
    assert_eq!(again, Err(Refused::Places));
    let (over, step) = left.lift_in(&by(Office::Secretariat, START.plus_days(6)), &[area(SHUTO).to_string()]).expect("lifts");
    assert_eq!((over.ended, step.kind), (Some((Ending::Lifted, START.plus_days(6))), StepKind::Lifted));
}

#[test]
fn what_is_entered_later_keeps_both_times_and_nothing_happens_before_its_beginning_or_tomorrow() {
    let (began, entered) = (START.plus_seconds(-30 * HOUR), START);
    let late = By { event_at: began, ..by(Office::Facility(facility(1)), entered) };
    let (exception, step) = Exception::begin(opening(), &[], &late, &rules()).expect("begins");
    assert_eq!((step.event_at, step.entered_at, exception.ends_at), (began, entered, began.plus_seconds(24 * HOUR)));
    assert!(!exception.is_open(entered), "its day is over by the time it is entered");
    let early = By { event_at: START.plus_seconds(-1), ..by(Office::Secretariat, START) };
    assert_eq!(activated(START).lift(&early), Err(Refused::Moment));
    let tomorrow = By { event_at: START.plus_seconds(1), ..by(Office::Secretariat, START) };
    assert_eq!(Exception::activate(opening(), Reach::Region, &tomorrow, 7), Err(Refused::Moment));
    assert_eq!(Exception::activate(opening(), Reach::Areas(Vec::new()), &by(Office::Secretariat, START), 7), Err(Refused::Places));
}
