//! The list of staff in the store: numbered within a facility, moved on by one of two, counted as it is reckoned person by person, and
//! kept apart from every other facility's.

use hashimori_server::domain::ids::{FacilityId, PersonId};
use hashimori_server::domain::staff::{Act, Details, Edition, Entry, Late, Member, Rules, State, Sum, Training, advance};
use hashimori_server::store::belonging::Home;
use hashimori_server::store::staff::{self, Registrar, pledge, review, sum, training};
use hashimori_shared::pack::Pack;
use hashimori_shared::time::Timestamp;
use hashimori_tests::bed::{Bed, MORNING, On};

on_both_engines!(
    people_are_numbered_within_their_facility_and_kept_letter_for_letter,
    of_two_steps_from_the_same_state_one_is_taken_and_every_step_stays,
    what_the_store_counts_is_what_is_reckoned_person_by_person,
    a_training_that_does_not_count_gives_way_to_the_one_before_it,
    a_facility_has_one_newest_edition_and_its_own_reviews,
);

pub(super) fn details(name: &str, joined: Timestamp) -> Details {
    Details { name: name.to_owned(), job: "看護師".to_owned(), joined, mcs_id: "a.b@hotaru.example".to_owned() }
}

pub(super) fn by(bed: &Bed) -> PersonId {
    PersonId::new(bed.random.uuid(bed.now))
}

pub(super) async fn register(bed: &Bed, facility: FacilityId, new: &[Details]) -> anyhow::Result<i64> {
    let registrar = Registrar { random: &bed.random, by: by(bed), at: bed.now };
    let mut tx = bed.store.begin_ledger().await?;
    let number = staff::insert(&mut tx, Home { region: bed.region, facility }, new, registrar).await?;
    tx.commit().await?;
    Ok(number)
}

pub(super) fn rules(edition: Edition) -> Rules {
    Rules::new(edition, Pack::bundled().parameters())
}

pub(super) async fn step(bed: &Bed, member: &Member, (act, entry): (Act, Entry), rules: &Rules) -> anyhow::Result<Option<Member>> {
    let moved = advance(member, act, (by(bed), &entry), rules, bed.now)?;
    let after = member.clone().after(&moved);
    let mut tx = bed.store.begin_ledger().await?;
    let taken = staff::apply(&mut tx, bed.facility, &after, &moved).await?;
    tx.commit().await?;
    Ok(taken.then_some(after))
}

async fn people_are_numbered_within_their_facility_and_kept_letter_for_letter(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let new = [details("髙﨑 𠮷男", bed.now), details("渡邊\u{e0101} \"'%_", bed.now)];
    assert_eq!(register(&bed, bed.facility, &new).await?, 1);
    assert_eq!(register(&bed, other, &new[..1]).await?, 1);
    assert_eq!(register(&bed, bed.facility, &new[..1]).await?, 3);
    let found = staff::find(bed.store.read(), bed.facility, 2).await?.expect("somebody");
    assert_eq!((&found.details, found.version), (&new[1], 1));
    assert!(staff::find(bed.store.read(), other, 2).await?.is_none());
    let numbers: Vec<i64> = staff::list(bed.store.read(), bed.facility).await?.iter().map(|member| member.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let past = staff::history(bed.store.read(), found.id).await?;
    assert_eq!(past.iter().map(|past| (past.act, past.at)).collect::<Vec<_>>(), [(Act::Register, bed.now)]);
    Ok(())
}

async fn of_two_steps_from_the_same_state_one_is_taken_and_every_step_stays(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    register(&bed, bed.facility, &[details("見本 花子", bed.now.plus_days(-10))]).await?;
    let seen = staff::find(bed.store.read(), bed.facility, 1).await?.expect("somebody");
    let today = bed.now.jst_date_in(hashimori_shared::lang::Lang::English);
    let leave = Entry { day: today.clone(), why: "退職".to_owned(), ..Entry::default() };
    let rules = rules(Edition::FIRST);
    let leaving = step(&bed, &seen, (Act::Leave, leave), &rules).await?.expect("taken");
    let pledge = Entry { day: today, ..Entry::default() };
    assert!(step(&bed, &seen, (Act::Pledge, pledge), &rules).await?.is_none(), "somebody else was first");
    assert_eq!(staff::find(bed.store.read(), bed.facility, 1).await?, Some(leaving.clone()));
    let items = ["membership", "devices", "accounts"].map(str::to_owned).to_vec();
    let left = step(&bed, &leaving, (Act::Clear, Entry { items, ..Entry::default() }), &rules).await?.expect("taken");
    assert!(staff::list(bed.store.read(), bed.facility).await?.is_empty());
    assert_eq!(staff::list_left(bed.store.read(), bed.facility, 9).await?, std::slice::from_ref(&left));
    let past: Vec<_> = staff::history(bed.store.read(), left.id).await?.into_iter().map(|past| (past.act, past.why)).collect();
    let said = |act, why: &str| (act, why.to_owned());
    assert_eq!(past, [said(Act::Register, ""), said(Act::Leave, "退職"), said(Act::Clear, "")]);
    Ok(())
}

/// How many something has been due of, and since when.
fn late(dues: impl Iterator<Item = Option<Timestamp>>, now: Timestamp) -> Late {
    let dues: Vec<_> = dues.flatten().filter(|due| *due <= now).collect();
    Late { persons: i64::try_from(dues.len()).unwrap_or(i64::MAX), since: dues.into_iter().min() }
}

/// A list's numbers, person by person. All of them were registered in the morning.
fn reckoned(members: &[Member], reviewed: Option<Timestamp>, rules: &Rules, now: Timestamp) -> Sum {
    let count = |is: fn(State) -> bool| i64::try_from(members.iter().filter(|member| is(member.state)).count()).unwrap_or(i64::MAX);
    let persons = count(State::is_present);
    Sum {
        persons,
        pledge: late(members.iter().map(|member| member.pledge_due(rules)), now),
        training: late(members.iter().map(|member| member.training_due(rules)), now),
        password: late(members.iter().map(|member| member.password_due(rules)), now),
        joining: late(members.iter().map(|member| (member.state == State::Joining).then_some(member.details.joined)), now),
        leaving: count(|state| state == State::Leaving),
        overdue: late(members.iter().map(Member::leaving_due), now),
        reviewed,
        registered: (persons > 0).then_some(MORNING),
    }
}

async fn what_the_store_counts_is_what_is_reckoned_person_by_person(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    register(&bed, other, &[details("見本 他所", bed.now.plus_days(-1))]).await?;
    let joined = [-400, -300, -20, 0, 30].map(|days| details("見本", bed.now.plus_days(days)));
    register(&bed, bed.facility, &joined).await?;
    let mut second = Edition::FIRST;
    for round in 0..6 {
        let rules = rules(second.clone());
        let members = staff::list(bed.store.read(), bed.facility).await?;
        let day = bed.now.plus_days(-round).jst_date_in(hashimori_shared::lang::Lang::English);
        for (n, member) in (0..).zip(&members) {
            let entry = Entry {
                day: day.clone(),
                why: "見本".to_owned(),
                trained: Some(bed.now.plus_days(-360 * round)),
                items: vec!["devices".to_owned()],
                ..Entry::default()
            };
            let act = match (n + round) % 5 {
                0 if round > 2 => Act::Declare,
                0 => Act::Pledge,
                1 => Act::Train,
                2 if member.last_day.is_none() => Act::Leave,
                2 => Act::Stay,
                3 => Act::Begin,
                _ => Act::Clear,
            };
            if advance(member, act, (by(&bed), &entry), &rules, bed.now).is_ok() {
                assert!(step(&bed, member, (act, entry), &rules).await?.is_some());
            }
        }
        let members = staff::list(bed.store.read(), bed.facility).await?;
        let counted = sum::of_facility(bed.store.read(), bed.facility, (&rules, bed.now)).await?;
        let reviewed = review::list(bed.store.read(), bed.facility, 1).await?.first().map(|review| review.at);
        assert_eq!(counted, reckoned(&members, reviewed, &rules, bed.now), "round {round}");
        let listed = sum::list(bed.store.read(), bed.region, (None, 9), (&rules, bed.now)).await?;
        assert!(listed.iter().any(|(id, _, sum)| *id == bed.facility && *sum == counted));
        assert!(listed.iter().any(|(id, _, sum)| *id == other && sum.persons == 1));
        let after = sum::list(bed.store.read(), bed.region, (listed.first().map(|(id, ..)| *id), 9), (&rules, bed.now)).await?;
        assert_eq!(after.len() + 1, listed.len());
        if round == 2 {
            let mut tx = bed.store.begin_ledger().await?;
            let from = bed.now.plus_days(15);
            let n = pledge::insert(&mut tx, bed.facility, ("2版", from), (by(&bed), bed.now)).await?;
            review::insert(&mut tx, bed.facility, (5, "見本"), (by(&bed), bed.now)).await?;
            tx.commit().await?;
            second = Edition { n, name: "2版".to_owned(), from };
        }
        // In the end whatever was declared is old.
        bed.now = bed.now.plus_days(if round == 4 { 100 } else { 12 });
    }
    Ok(())
}

async fn a_training_that_does_not_count_gives_way_to_the_one_before_it(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    register(&bed, bed.facility, &[details("見本 一郎", bed.now), details("見本 二郎", bed.now)]).await?;
    let ids: Vec<_> = staff::list(bed.store.read(), bed.facility).await?.iter().map(|member| member.id).collect();
    let held = |days| Training {
        on: bed.now.plus_days(days),
        topic: "守秘".to_owned(),
        teacher: String::new(),
        material: String::new(),
        understood: "口頭".to_owned(),
    };
    let mut tx = bed.store.begin_ledger().await?;
    for (days, members) in [(-30, &ids[..1]), (-10, &ids[..])] {
        training::insert(&mut tx, bed.facility, (&held(days), members), (by(&bed), bed.now)).await?;
    }
    tx.commit().await?;
    let listed = training::list(bed.store.read(), bed.facility, 9).await?;
    assert_eq!(listed.iter().map(|held| (held.number, held.people.len())).collect::<Vec<_>>(), [(2, 2), (1, 1)]);
    let other = bed.another_facility().await?;
    let mut tx = bed.store.begin_ledger().await?;
    assert_eq!(training::void(&mut tx, other, 2, "取り違え").await?, None);
    let left = training::void(&mut tx, bed.facility, 2, "取り違え").await?;
    assert_eq!(left, Some(vec![(1, Some(bed.now.plus_days(-30))), (2, None)]));
    assert_eq!(training::void(&mut tx, bed.facility, 2, "取り違え").await?, None, "once");
    tx.commit().await?;
    assert_eq!(training::list(bed.store.read(), bed.facility, 1).await?[0].void_why, "取り違え");
    Ok(())
}

async fn a_facility_has_one_newest_edition_and_its_own_reviews(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    assert_eq!(pledge::newest(bed.store.read(), bed.facility).await?, Edition::FIRST);
    let mut tx = bed.store.begin_ledger().await?;
    for name in ["2版", "3版"] {
        pledge::insert(&mut tx, bed.facility, (name, bed.now), (by(&bed), bed.now)).await?;
        review::insert(&mut tx, bed.facility, (3, name), (by(&bed), bed.now)).await?;
    }
    tx.commit().await?;
    let newest = pledge::newest(bed.store.read(), bed.facility).await?;
    assert_eq!((newest.n, newest.name.as_str()), (3, "3版"));
    assert_eq!(pledge::list(bed.store.read(), bed.facility).await?.iter().map(|edition| edition.n).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(review::list(bed.store.read(), bed.facility, 1).await?[0].differences, "3版");
    assert_eq!(pledge::newest(bed.store.read(), other).await?, Edition::FIRST);
    assert!(review::list(bed.store.read(), other, 9).await?.is_empty());
    Ok(())
}
