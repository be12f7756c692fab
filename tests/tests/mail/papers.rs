//! Papers and incidents by the clock: approvals that end, take-outs that are not back, the statutory clock; and the hours of rest.

use std::collections::BTreeMap;

use hashimori_server::clock::Clock as _;
use hashimori_server::domain::act::Actor;
use hashimori_server::domain::ids::{PaperId, PersonId};
use hashimori_server::domain::mail::Kind as Mail;
use hashimori_server::domain::paper::{Act, Kind, Moved, Period, State, Values, Wish};
use hashimori_server::domain::people::Role;
use hashimori_server::jobs;
use hashimori_server::store::paper::{self, NewPaper};
use hashimori_shared::time::Timestamp;
use hashimori_tests::smtp::{Mode, Post};

use crate::office::Office;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The midnight (JST) before the clock.
fn midnight(office: &Office) -> Timestamp {
    Timestamp::from_seconds(office.clock.now().jst_day() * DAY - 9 * HOUR)
}

/// A paper that stands so, for somebody, until the end of the day so many days ahead.
async fn paper(office: &Office, kind: Kind, to: Option<(Act, State)>, days: i64, applicant: Option<PersonId>) -> anyhow::Result<PaperId> {
    let (now, today) = (office.clock.now(), midnight(office));
    let values: Values = BTreeMap::from([("what".to_owned(), "loss".to_owned())]);
    let period = Period { from: today, until: today.plus_days(days + 1) };
    let wish = Wish { applicant: "見本 花子".to_owned(), device: None, period, values, on: None };
    let id = PaperId::new(office.random.uuid(now));
    let (by, mut tx) = (PersonId::new(office.random.uuid(now)), office.running.app.store.begin_ledger().await?);
    let new = NewPaper {
        id,
        region: office.region,
        facility: office.facility,
        kind,
        wish: &wish,
        applicant,
        exception: None,
        own_hash: None,
        by: Actor::Person(by),
        at: now,
    };
    paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    if let Some((act, to)) = to {
        step(office, id, (act, to), period).await?;
    }
    Ok(id)
}

async fn step(office: &Office, id: PaperId, (act, to): (Act, State), period: Period) -> anyhow::Result<()> {
    let store = &office.running.app.store;
    let found = paper::find(store, office.facility, id).await?.expect("a paper");
    let at = office.clock.now();
    let moved = Moved {
        act,
        to,
        period,
        device: None,
        asked_until: None,
        at,
        on: None,
        why: String::new(),
        checker: String::new(),
        added: Values::new(),
        exception: None,
    };
    let mut tx = store.begin_ledger().await?;
    assert!(paper::move_on(&mut tx, &found.paper, &moved, Actor::Person(PersonId::new(office.random.uuid(at)))).await?);
    Ok(tx.commit().await?)
}

async fn office(post: &Post) -> anyhow::Result<(Office, PersonId)> {
    let office = Office::new(post, &[("backup.daily", "false")]).await?;
    let kango = office.person("kango", Role::Auditor).await?;
    for (name, role) in [("daiko", Role::Deputy), ("jimu", Role::Secretariat), ("shocho", Role::Head)] {
        office.person(name, role).await?;
    }
    office.in_english().await?;
    Ok((office, kango))
}

fn letter(to: &str, subject: &str, path: &str) -> (String, String, String) {
    (to.to_owned(), format!("[Hashimori] {subject}"), path.to_owned())
}

#[tokio::test]
async fn an_approval_that_ends_is_told_before_and_after_in_working_hours_and_each_once() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let (office, kango) = office(&post).await?;
    // Until the end of Friday of the week after: from Saturday on there is a week left.
    let until = midnight(&office).plus_days(12);
    let id = paper(&office, Kind::PersonalDevice, Some((Act::Approve, State::InUse)), 11, Some(kango)).await?;
    let both = |subject: &str| ["daiko", "kango"].map(|to| letter(to, subject, &format!("/papers/{id}")));
    assert_eq!(office.goes(&post).await?, []);
    office.clock.set(until.plus_days(-7).plus_seconds(HOUR));
    assert_eq!(office.goes(&post).await?, [], "at rest");
    let opens = Mail::PersonalEnds.due(office.clock.now());
    office.clock.set(opens.plus_seconds(-1));
    assert_eq!(office.goes(&post).await?, [], "still at rest");
    office.clock.set(opens);
    assert_eq!(office.goes(&post).await?, both("The approval of a personal device ends soon"), "{}", post.said());
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    office.clock.set(until.plus_seconds(HOUR));
    assert_eq!(office.goes(&post).await?, [], "at rest");
    office.clock.set(Mail::PersonalEnded.due(until));
    assert_eq!(office.goes(&post).await?, both("The approval of a personal device has ended"), "{}", post.said());
    office.clock.advance(30 * DAY);
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    Ok(())
}

#[tokio::test]
async fn a_take_out_that_is_not_back_is_told_once_for_each_end_it_was_given() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let (office, kango) = office(&post).await?;
    let (from, until) = (midnight(&office), midnight(&office).plus_days(2));
    let id = paper(&office, Kind::TakeOut, Some((Act::TakeOut, State::Out)), 1, Some(kango)).await?;
    let both = ["daiko", "kango"].map(|to| letter(to, "A take-out is not back in time", &format!("/papers/{id}")));
    office.clock.set(until.plus_seconds(-1));
    assert_eq!(office.goes(&post).await?, [], "there is time");
    office.clock.set(Mail::TakeOutOverdue.due(until));
    assert_eq!(office.goes(&post).await?, both, "{}", post.said());
    let longer = Period { from, until: until.plus_days(10) };
    step(&office, id, (Act::Extend, State::Out), longer).await?;
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0));
    office.clock.set(Mail::TakeOutOverdue.due(longer.until));
    assert_eq!(office.goes(&post).await?, both, "{}", post.said());
    step(&office, id, (Act::Return, State::Returned), longer).await?;
    assert_eq!(office.goes(&post).await?, []);
    Ok(())
}

#[tokio::test]
async fn what_went_out_under_a_disaster_exception_is_told_too_when_it_is_not_back() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let (office, kango) = office(&post).await?;
    let until = midnight(&office).plus_days(2);
    let went = Some((Act::UseException, State::Exempt));
    let id = paper(&office, Kind::TakeOut, went, 1, Some(kango)).await?;
    // A telephone that may be used for as long waits for its approval or its end, which the clearing list brings up.
    paper(&office, Kind::PersonalDevice, went, 1, Some(kango)).await?;
    let both = ["daiko", "kango"].map(|to| letter(to, "A take-out is not back in time", &format!("/papers/{id}")));
    office.clock.set(until.plus_seconds(-1));
    assert_eq!(office.goes(&post).await?, [], "there is time");
    office.clock.set(Mail::TakeOutOverdue.due(until));
    assert_eq!(office.goes(&post).await?, both, "{}", post.said());
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    Ok(())
}

#[tokio::test]
async fn what_stays_away_goes_on_as_a_reported_incident_once_for_each_end_and_nothing_else_changes() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let (office, kango) = office(&post).await?;
    let store = &office.running.app.store;
    let (from, until) = (midnight(&office), midnight(&office).plus_days(2));
    let id = paper(&office, Kind::TakeOut, Some((Act::TakeOut, State::Out)), 1, Some(kango)).await?;
    office.clock.set(Mail::TakeOutOverdue.due(until));
    assert_eq!(office.goes(&post).await?.len(), 2, "whoever has it is asked");
    let incidents = async || -> anyhow::Result<Vec<PaperId>> {
        jobs::report_missing(office.running.app.clone()).await?;
        let open = paper::list_open(store, (office.region, Kind::Incident), (None, 9)).await?;
        Ok(open.into_iter().map(|(.., found)| found.paper.id).collect())
    };
    office.clock.set(until.plus_days(7).plus_seconds(-1));
    assert_eq!(incidents().await?, [], "there are seven days to bring it back");
    office.clock.set(until.plus_days(7));
    let [reported] = incidents().await?[..] else { panic!("no incident, or more than one") };
    assert_eq!(incidents().await?, [reported], "once");
    let urgent = ["daiko", "jimu", "shocho"].map(|to| letter(to, "Urgent: an incident was reported", &format!("/papers/{reported}")));
    assert_eq!(office.goes(&post).await?, urgent, "{}", post.said());
    let found = paper::find(store, office.facility, reported).await?.expect("a paper").paper;
    assert_eq!((found.state, found.applicant.name.as_str()), (State::Reported, "収集サーバー"));
    let why = found.values.get("situation").map(String::as_str);
    assert!(why.is_some_and(|why| why.starts_with("持出届 第1号の最終日") && why.contains("7日を過ぎても")), "{why:?}");
    assert_eq!(paper::history(store, reported).await?[0].by_word, "collector");
    assert_eq!(paper::find(store, office.facility, id).await?.expect("a paper").paper.state, State::Out, "it can still be returned");
    // A longer time was granted, and is over as well.
    let longer = Period { from, until: until.plus_days(20) };
    step(&office, id, (Act::Extend, State::Out), longer).await?;
    office.clock.set(longer.until.plus_days(7));
    assert_eq!(incidents().await?.len(), 2);
    step(&office, id, (Act::Return, State::Returned), longer).await?;
    office.clock.advance(365 * DAY);
    assert_eq!(incidents().await?.len(), 2, "what is back is not missing");
    Ok(())
}

#[tokio::test]
async fn the_statutory_clock_is_told_in_the_morning_on_days_off_too_until_it_is_answered() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let (office, _) = office(&post).await?;
    let id = paper(&office, Kind::Incident, None, 0, None).await?;
    let found = paper::find(&office.running.app.store, office.facility, id).await?.expect("a paper").paper;
    let rules = office.running.app.rules.book().any_pack().parameters().incident.clone();
    let [first, full] = found.deadlines(&rules).map(|deadline| deadline.due);
    let all = |subject: &str| ["daiko", "jimu", "shocho"].map(|to| letter(to, subject, &format!("/papers/{id}")));
    let at = |due: Timestamp, days: i64| due.plus_days(days).plus_seconds(8 * HOUR);
    office.clock.set(at(first, -2).plus_seconds(-1));
    assert_eq!(office.goes(&post).await?, []);
    office.clock.set(at(first, -2));
    assert_eq!(office.goes(&post).await?, all("The first report of a leak is due soon"), "{}", post.said());
    office.clock.set(at(first, 0));
    assert_eq!(office.goes(&post).await?, all("The first report of a leak is overdue"), "{}", post.said());
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    step(&office, id, (Act::ReportFirst, State::Open), found.period).await?;
    office.clock.set(at(full, -8));
    assert_eq!(office.goes(&post).await?, all("The full report of a leak is due soon"), "{}", post.said());
    step(&office, id, (Act::NoLeak, State::Open), found.period).await?;
    office.clock.set(at(full, 0));
    assert_eq!(office.goes(&post).await?, [], "it was no leak");
    Ok(())
}
