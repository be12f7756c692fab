//! 教育 (§17): sessions, and who took part, many persons in one act.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Book;
use super::ticked::{keep, steps, ticked};
use crate::domain::act::{Done, What, training_object};
use crate::domain::ids::MemberId;
use crate::domain::people::Person;
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON, reason};
use crate::domain::staff::{Act, Entry, InvalidTraining, LONGEST_TOPIC, Member, Training, advance};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::papers::place;
use crate::http::pages::typed::{Asked, Typed, given};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, overtaken, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::log::Reach;
use crate::store::staff;
use crate::views::{Ticked, TrainingLine, TrainingPage};
use crate::words::Text;

/// Sessions listed.
const SESSIONS: u16 = 50;

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Opened {
    /// Persons whose training was noted.
    noted: Option<u32>,
    /// A session was said not to count.
    void: Option<String>,
}

/// What the page says first, and what was typed before.
#[derive(Default)]
struct Before {
    done: Option<Text>,
    error: Option<Text>,
    typed: Fields,
    /// Which training was not to count any more, and why.
    voiding: Option<(String, String)>,
}

/// `GET /facilities/{facility}/staff/training`
pub(in crate::http::pages) async fn show_training(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(opened): Asked<Opened>,
) -> Result<Response, PageError> {
    let done = match (opened.noted, opened.void) {
        (Some(n), _) => Some(Text::new("staff-training-noted").with("n", n)),
        (None, Some(_)) => Some(Text::new("staff-training-voided")),
        (None, None) => None,
    };
    training_page(&web, &visitor, (&person, home), Before { done, ..Before::default() }).await
}

async fn training_page(web: &Web, visitor: &Visitor, (person, home): (&Person, Home), before: Before) -> Result<Response, PageError> {
    let book = Book::at(web, home).await?;
    let held = staff::training::list(web.store.read(), home.facility, SESSIONS).await?;
    let chosen = ticked(&before.typed);
    let due = |member: &Member| member.training_due(&book.rules).is_some_and(|due| due <= book.now);
    let line = |member: &Member| Ticked {
        number: member.number,
        name: member.details.name.clone(),
        note: match (member.trained, due(member)) {
            (None, _) => Text::new("staff-trained-never"),
            (Some(on), true) => Text::new("staff-trained-long-ago").with("day", Text::Day(on)),
            (Some(on), false) => Text::new("staff-trained-on").with("day", Text::Day(on)),
        },
        chosen: chosen.contains(&member.number),
    };
    let typed = |field: &str| given(&before.typed, field).to_owned();
    let voiding = |number: i64| before.voiding.as_ref().filter(|(n, _)| *n == number.to_string()).map(|(_, why)| why.clone());
    // Nothing is voided any more that has gone meanwhile.
    let shown = before.voiding.is_none() || held.iter().any(|held| held.void_why.is_empty() && voiding(held.number).is_some());
    page(&TrainingPage {
        shell: shell("staff-training", visitor, Some(person)),
        facility: place(web, home).await?,
        days: book.rules.training_days,
        done: before.done,
        error: before.error.map(|error| if shown { error } else { error.without_field() }),
        people: book.members.iter().filter(|member| member.state.is_present()).map(line).collect(),
        day: typed("day"),
        topic: typed("topic"),
        teacher: typed("teacher"),
        material: typed("material"),
        understood: typed("understood"),
        longest: LONGEST_TOPIC,
        longest_name: LONGEST_NAME,
        longest_reason: LONGEST_REASON,
        held: held
            .into_iter()
            .map(|held| TrainingLine {
                number: held.number,
                on: Text::Day(held.training.on),
                topic: held.training.topic,
                teacher: held.training.teacher,
                material: held.training.material,
                understood: held.training.understood,
                by: held.by.map_or(Text::new("oplog-erased"), Text::Verbatim),
                open: held.void_why.is_empty() && voiding(held.number).is_some(),
                void_why: held.void_why,
                void_typed: voiding(held.number).unwrap_or_default(),
                count: held.people.len(),
                people: visitor.lang.list(&held.people.into_iter().map(|(_, name)| name).collect::<Vec<_>>()),
            })
            .collect(),
    })
}

/// `POST /facilities/{facility}/staff/training`
pub(in crate::http::pages) async fn note_training(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let book = Book::at(&web, home).await?;
    let training = Training::read(["day", "topic", "teacher", "material", "understood"].map(|field| given(&typed, field)), book.now);
    let steps = training.map_err(InvalidTraining::text).and_then(|training| {
        let train = |member: &Member| {
            // An older session noted later does not make a training older.
            let entry = Entry { trained: member.trained.max(Some(training.on)), ..Entry::default() };
            advance(member, Act::Train, (person.id, &entry), &book.rules, book.now)
        };
        Ok((steps(&book, &typed, train)?, training))
    });
    let error = match steps {
        Err(error) => error,
        Ok((steps, training)) => {
            let members: Vec<MemberId> = steps.iter().map(|(member, _)| member.id).collect();
            let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, &twice::mark_of(&typed)).await? {
                Ok(first) => first,
                Err(answered) => return Ok(answered),
            };
            let number = staff::training::insert(&mut tx, home.facility, (&training, &members), (person.id, book.now)).await?;
            keep(&web, &mut tx, (&person, home), steps).await?;
            let done = Done::by_person(&person, What::TrainingNoted, book.now).at_facility(home.region, home.facility);
            web.log(&mut tx, &done.noting(format!("training={number} persons={}", members.len())).saying(training.topic)).await?;
            let list = format!("/facilities/{}/staff/training?noted={}", home.facility, members.len());
            taking.leads_to(&web, &mut tx, &list, None).await?;
            tx.commit().await?;
            return Ok(Redirect::to(&list).into_response());
        }
    };
    let answer = training_page(&web, &visitor, (&person, home), Before { error: Some(error), typed, ..Before::default() }).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
}

/// `POST /facilities/{facility}/staff/training/void`
pub(in crate::http::pages) async fn void_training(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let Ok(why) = reason(given(&typed, "why")) else {
        let error = Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON);
        let voiding = Some((given(&typed, "training").to_owned(), given(&typed, "why").to_owned()));
        let before = Before { error: Some(error), voiding, ..Before::default() };
        let answer = training_page(&web, &visitor, (&person, home), before).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
    };
    let number: i64 = given(&typed, "training").parse().map_err(|_| PageError::Conflict(Text::new("staff-training-gone")))?;
    let (rules, now) = (super::rules_at(&web, home).await?, web.now());
    let mut tx = web.store.begin_ledger().await?;
    let Some(people) = staff::training::void(&mut tx, home.facility, number, &why).await? else {
        tx.rollback().await?;
        let object = training_object(home.facility, number);
        let acts = [What::TrainingVoided];
        return Err(overtaken::in_log(&web, &person, (Reach::Facility(home.facility), &object), &acts, "staff-training-gone").await?);
    };
    let mut steps = Vec::new();
    for (member, trained) in people {
        // Those who were on the list by mistake are on it no more.
        let Some(member) = staff::find(&mut *tx, home.facility, member).await? else { continue };
        let entry = Entry { trained, why: why.clone(), ..Entry::default() };
        let moved = advance(&member, Act::Untrain, (person.id, &entry), &rules, now);
        let moved = moved.map_err(|refusal| PageError::Conflict(refusal.text()))?;
        steps.push((member, moved));
    }
    keep(&web, &mut tx, (&person, home), steps).await?;
    let done = Done::by_person(&person, What::TrainingVoided, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_training(home.facility, number).noting(format!("training={number}")).saying(why)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/facilities/{}/staff/training?void=yes", home.facility)).into_response())
}
