//! Laws of the table, whatever is tried by whomever in whatever order: nobody is in use without what they need, nobody has left while
//! an item is open, nobody is stuck, and every step says who and when, and why where something ends or is taken back.

use hashimori_shared::time::DAY;
use proptest::prelude::*;
use uuid::Uuid;

use super::super::Edition;
use super::*;
use crate::domain::ids::MemberId;

/// 2026-08-03 09:00 JST.
const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);
const MIDNIGHT: Timestamp = Timestamp::from_seconds(1_785_715_200 - 9 * 3600);

fn rules(edition: i64) -> Rules {
    let edition = Edition { n: edition, ..Edition::FIRST };
    Rules { edition, training_days: 365, password_days: 90, review_days: 365 }
}

fn by() -> PersonId {
    PersonId::new(Uuid::from_u64_pair(0, 7))
}

fn nurse() -> Member {
    let details = Details { name: "髙﨑 𠮷男".to_owned(), job: "看護師".to_owned(), joined: MIDNIGHT, mcs_id: String::new() };
    Member::new(MemberId::new(Uuid::from_u64_pair(0, 1)), 1, details)
}

fn ready() -> Member {
    let mut member = nurse();
    member.details.mcs_id = "t.yoshio@hotaru.example".to_owned();
    member.pledge = Some(Pledge { edition: 1, on: MIDNIGHT, before: false });
    member.trained = Some(MIDNIGHT);
    member
}

fn entry() -> Entry {
    Entry { why: "見本の理由".to_owned(), day: "2026-08-03".to_owned(), ..Entry::default() }
}

fn take(member: &Member, act: Act, entry: &Entry) -> Result<Member, Refusal> {
    advance(member, act, (by(), entry), &rules(1), NOW).map(|moved| member.clone().after(&moved))
}

#[test]
fn nobody_begins_before_pledge_training_and_an_id_of_their_own() {
    assert_eq!(take(&nurse(), Act::Begin, &entry()), Err(Refusal::Open(JoinItem::ALL.to_vec())));
    let missing = |member: &Member| take(member, Act::Begin, &entry());
    assert_eq!(missing(&Member { pledge: None, ..ready() }), Err(Refusal::Open(vec![JoinItem::Pledge])));
    let long_ago = Some(MIDNIGHT.plus_days(-365));
    assert_eq!(missing(&Member { trained: long_ago, ..ready() }), Err(Refusal::Open(vec![JoinItem::Training])));
    assert_eq!(take(&ready(), Act::Begin, &entry()).map(|m| m.state), Ok(State::InUse));
}

#[test]
fn a_new_edition_of_the_pledge_is_due_of_everybody_who_signed_an_older_one() {
    let member = Member { state: State::InUse, ..ready() };
    assert_eq!(member.pledge_due(&rules(1)), None);
    let second = Rules { edition: Edition { n: 2, name: "2版".to_owned(), from: MIDNIGHT.plus_days(30) }, ..rules(2) };
    assert_eq!(member.pledge_due(&second), Some(MIDNIGHT.plus_days(30)));
    let moved = advance(&member, Act::Pledge, (by(), &entry()), &second, NOW).expect("signs");
    assert_eq!(member.after(&moved).pledge_due(&second), None);
}

#[test]
fn who_leaves_has_left_only_when_every_item_is_cleared_and_comes_back_through_the_joiners_list() {
    let leave = Entry { day: "2026-08-31".to_owned(), ..entry() };
    let leaving = take(&Member { state: State::InUse, ..ready() }, Act::Leave, &leave).expect("leaves");
    assert_eq!(leaving.leaving_due(), Some(MIDNIGHT.plus_days(29)), "the end of the last day");
    let clear = |member: &Member, items: &[&str]| {
        take(member, Act::Clear, &Entry { items: items.iter().map(|item| (*item).to_owned()).collect(), ..Entry::default() })
    };
    assert_eq!(clear(&leaving, &["elsewhere"]), Err(Refusal::NoItem));
    let partly = clear(&leaving, &["devices"]).expect("cleared");
    assert_eq!((partly.state, partly.open_to_leave()), (State::Leaving, vec![LeaveItem::Membership, LeaveItem::Accounts]));
    assert_eq!(clear(&partly, &["accounts", "membership"]).map(|m| m.state), Ok(State::Left));
    let back = take(&partly, Act::Stay, &entry()).expect("stays");
    assert_eq!((back.state, back.last_day, back.cleared), (State::Joining, None, Vec::new()));
}

#[test]
fn a_last_day_is_not_before_the_first_and_a_mistaken_entry_leaves_no_name_behind() {
    let day = |day: &str| take(&ready(), Act::Leave, &Entry { day: day.to_owned(), ..entry() }).map(|m| m.last_day);
    assert_eq!(day("2026-08-02"), Err(Refusal::LastDay));
    assert_eq!(day("2028-02-29"), Err(Refusal::LastDay), "more than a year ahead");
    assert_eq!(day("2027-02-29"), Err(Refusal::LastDay));
    assert_eq!(day("2026-08-03"), Ok(Some(MIDNIGHT)));
    assert_eq!(take(&nurse(), Act::Remove, &Entry::default()), Err(Refusal::Reason));
    let removed = take(&nurse(), Act::Remove, &entry()).expect("removed");
    assert_eq!((removed.details.name.as_str(), removed.details.mcs_id.as_str(), removed.state), ("", "", State::Removed));
}

#[test]
fn whoever_has_left_is_forgotten_with_a_reason_and_nobody_before_that() {
    let left = Member { state: State::Left, ..ready() };
    assert_eq!(take(&left, Act::Forget, &Entry::default()), Err(Refusal::Reason));
    let forgotten = take(&left, Act::Forget, &entry()).expect("forgotten");
    assert_eq!((forgotten.details.name.as_str(), forgotten.details.job.as_str(), forgotten.state), ("", "", State::Removed));
    for state in [State::Joining, State::InUse, State::Leaving, State::Removed] {
        assert_eq!(take(&Member { state, ..ready() }, Act::Forget, &entry()), Err(Refusal::NotNow(state)));
    }
}

proptest! {
    #[test]
    fn no_path_skips_a_checklist_and_every_step_says_who_when_and_why(
        tried in proptest::collection::vec((0..Act::ALL.len(), 0_i64..40, any::<[bool; 3]>(), any::<bool>()), 1..60),
    ) {
        let mut member = nurse();
        let mut now = NOW;
        for (at, days, ticked, says_why) in tried {
            now = now.plus_days(days);
            let day = now.jst_date_in(hashimori_shared::lang::Lang::English);
            let items = LeaveItem::ALL.iter().zip(ticked).filter(|(_, on)| *on).map(|(item, _)| item.as_str().to_owned()).collect();
            let why = if says_why { "見本の理由".to_owned() } else { String::new() };
            let details = Details { mcs_id: if ticked[0] { "t.yoshio@hotaru.example".to_owned() } else { String::new() }, ..nurse().details };
            let midnight = Timestamp::from_seconds(now.seconds() - (now.seconds() + 9 * 3600).rem_euclid(DAY));
            let trained = ticked[1].then_some(midnight);
            let entry = Entry { why, day, before: ticked[2], items, details: Some(details), trained };
            let Ok(moved) = advance(&member, Act::ALL[at], (by(), &entry), &rules(1), now) else { continue };
            let before = member.clone();
            member = member.after(&moved);
            prop_assert!(!before.state.is_final() || moved.to == before.state || moved.act == Act::Forget, "what is over stays so");
            prop_assert_eq!((moved.by, moved.at), (by(), now));
            prop_assert_eq!(member.version, before.version + 1);
            let ends = matches!(moved.act, Act::Leave | Act::Stay | Act::Remove | Act::Forget | Act::Unpledge | Act::Untrain);
            prop_assert!(!ends || !moved.why.is_empty(), "{:?} says why", moved.act);
            if member.state == State::InUse && before.state != State::InUse {
                prop_assert!(before.state == State::Joining && before.open_to_join(&rules(1), now).is_empty());
                prop_assert!(member.pledge.is_some() && member.trained.is_some() && !member.details.mcs_id.is_empty());
            }
            if member.state == State::Left && before.state != State::Left {
                prop_assert!(before.state == State::Leaving && member.cleared == LeaveItem::ALL && member.last_day.is_some());
            }
            if member.state == State::Removed {
                prop_assert!(member.details.name.is_empty() && member.details.mcs_id.is_empty());
            }
            prop_assert!(member.state.is_final() || !choices(&member).is_empty(), "nobody is stuck");
        }
    }
}
