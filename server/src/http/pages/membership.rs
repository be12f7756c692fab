//! 参加 (§8, §11): the 事務局 takes up applications, takes facilities in, suspends them and lets them go; a facility sees how it stands.
//! What can be done from where is the domain's to say.

mod typed;

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::guard::{Here, Who};
use super::overtaken::First;
use super::typed::{Asked, Typed};
use super::visit::{Kept, Visitor};
use super::{PageError, Web, page, shell, twice};
use crate::domain::act::Actor;
use crate::domain::ids::FacilityId;
use crate::domain::membership::{Act, Doing, Entry, Membership, Seat, State, Step, choices};
use crate::domain::people::role::{LONGEST_NAME, LONGEST_REASON};
use crate::domain::people::{Person, Right, Scope, may};
use crate::memberships::{self, Failed, Hands};
use crate::store::belonging::Home;
use crate::store::membership::{self, Past};
use crate::views::{IntakeLine, IntakesPage, Mark, MemberAct, MemberForm, MembershipPage, Moment, NewIntakePage, Place, StepLine};
use crate::words::Text;
use typed::Typing;

/// Facilities on one page.
const LINES: u16 = 50;
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Why something is not done at a facility that stands as this one does, if it is not.
pub(super) async fn closed(web: &Web, home: Home, doing: Doing) -> Result<Option<Text>, PageError> {
    let state = membership::find_state(web.store.read(), home.facility).await?.ok_or(PageError::NotFound)?;
    Ok((!state.allows(doing)).then(|| state.closed()))
}

fn hands<'a>(web: &'a Web, doer: &'a Person) -> Hands<'a> {
    Hands { random: &web.random, doer, now: web.now() }
}

/// Which facilities are listed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    is: Option<String>,
    after: Option<String>,
}

/// `GET /intakes`
pub(super) async fn show_intakes(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    let region = person.scope.region();
    let state = wanted.is.as_deref().map_or(Ok(State::Applied), |word| State::from_word(word).ok_or(PageError::NotFound))?;
    let after: Option<FacilityId> = wanted.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let counts = membership::count(&web.store, region).await?;
    let mut found = membership::list(&web.store, (region, state), after, LINES + 1).await?;
    let more = found.len() > usize::from(LINES);
    found.truncate(usize::from(LINES));
    let path = |state: State| format!("/intakes?is={}", state.as_str());
    let next = found.last().filter(|_| more).map(|last| format!("{}&after={}", path(state), last.facility));
    let number = |state: State| counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, n)| *n);
    page(&IntakesPage {
        shell: shell("intakes-title", &visitor, Some(&person)),
        states: State::ALL.iter().map(|known| (path(*known), known.key(), number(*known), *known == state)).collect(),
        state: state.key(),
        lines: found.iter().map(line).collect(),
        may_admit: may(person.role, Right::Admit),
        first: after.map(|_| path(state)),
        next,
    })
}

fn line(membership: &Membership) -> IntakeLine {
    let Membership { facility, forms, taken_in_at, leaves_at, erase_at, state, .. } = membership;
    let day = |key: &'static str, at: Option<Timestamp>| at.map(|at| Text::new(key).with("day", Text::Day(at)));
    let last = leaves_at.map(|end| end.plus_seconds(-1));
    let notes = match state {
        State::Applied | State::SentBack | State::Declined => {
            vec![form_note("member-form-1", forms.form_1), form_note("member-form-2", forms.form_2)]
        }
        State::In | State::Suspended => day("member-since", *taken_in_at).into_iter().collect(),
        State::Leaving => day("member-leaves", last).into_iter().collect(),
        State::Left => day("member-erase", *erase_at).into_iter().collect(),
        State::Erased => Vec::new(),
    };
    IntakeLine { facility: Place { id: facility.to_string(), name: forms.name.clone() }, kind: forms.kind.key(), notes }
}

fn form_note(form: &'static str, on: Option<Timestamp>) -> Text {
    let day = on.map_or(Text::new("member-form-missing"), Text::Day);
    Text::new("member-form-in").with("form", Text::new(form)).with("day", day)
}

const fn mark(state: State) -> Mark {
    match state {
        State::Applied | State::SentBack | State::Leaving => Mark::waiting(state.key()),
        State::In => Mark::running(state.key()),
        State::Suspended => Mark::alarming(state.key()),
        State::Declined | State::Left | State::Erased => Mark::out_of_use(state.key()),
    }
}

/// `GET /intakes/new`
pub(super) async fn show_application(Use(web): Use<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    let today = web.now().jst_date_in(hashimori_shared::lang::Lang::English);
    let entry = Entry { seat: Seat::Inside.as_str().to_owned(), form_1: today.clone(), form_2: today, ..Entry::default() };
    application_page(&visitor, &person, entry, None)
}

fn application_page(visitor: &Visitor, person: &Person, entry: Entry, error: Option<Text>) -> Result<Response, PageError> {
    page(&NewIntakePage {
        shell: shell("intake-new-title", visitor, Some(person)),
        form: MemberForm::of(entry),
        longest_name: LONGEST_NAME,
        error,
    })
}

/// `POST /intakes/new`
pub(super) async fn apply(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<Typing>,
) -> Result<Response, PageError> {
    let (mark, entry) = (typed.mark(), typed.entry());
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, &mark).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    match memberships::apply(&mut tx, &hands(&web, &person), person.scope.region(), &entry).await {
        Ok(facility) => {
            let next = format!("/facilities/{facility}/membership");
            taking.leads_to(&web, &mut tx, &next, None).await?;
            tx.commit().await?;
            Ok(Redirect::to(&next).into_response())
        }
        Err(failed) => {
            tx.rollback().await?;
            let answer = application_page(&visitor, &person, entry, Some(refusal(failed)?))?;
            Ok((WRONG, answer).into_response())
        }
    }
}

fn refusal(failed: Failed) -> Result<Text, PageError> {
    match failed {
        Failed::Refused(refusal) => Ok(refusal.text()),
        Failed::Changed => Err(PageError::Conflict(Text::new("member-changed"))),
        Failed::Store(error) => Err(error.into()),
    }
}

/// Somebody was quicker: who, when and with what, as the facility's steps have it.
async fn overtaken(web: &Web, reader: &Person, home: Home) -> Result<PageError, PageError> {
    Ok(match membership::history(&web.store, home.facility).await?.pop() {
        Some(past) => First::of(reader, (&past.by_word, past.by.as_deref()), past.at, past.act.key()).error(),
        None => PageError::Conflict(Text::new("member-changed")),
    })
}

/// `GET /facilities/{facility}/membership`
pub(super) async fn show_membership(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let found = membership::find(web.store.read(), home.facility).await?.ok_or(PageError::NotFound)?;
    membership_page(&web, &visitor, &person, &found, None).await
}

async fn membership_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    found: &Membership,
    refused: Option<(Act, Entry, Text)>,
) -> Result<Response, PageError> {
    let now = web.now();
    let act = |step: Step| {
        let typed = refused.as_ref().filter(|(act, ..)| *act == step.act).map(|(_, entry, _)| entry.clone());
        let open = typed.is_some();
        MemberAct::of(&step, typed.unwrap_or_else(|| typed::as_filed(&found.forms)), open)
    };
    page(&MembershipPage {
        shell: shell("member-title", visitor, Some(person)),
        facility: Place { id: found.facility.to_string(), name: found.forms.name.clone() },
        in_region: matches!(person.scope, Scope::Region(_)),
        version: found.version,
        mark: mark(found.state),
        closed: (found.state != State::In).then(|| found.state.closed()),
        pairs: pairs(found),
        acts: choices(found, person.role).into_iter().map(act).collect(),
        handing: found.state == State::Leaving,
        people: found.state == State::In && may(person.role, Right::Admit),
        longest_reason: LONGEST_REASON,
        longest_name: LONGEST_NAME,
        error: refused.map(|(.., error)| error),
        past: membership::history(&web.store, found.facility).await?.into_iter().map(|past| step_line(past, now)).collect(),
    })
}

/// What is on file: key of the label, words.
fn pairs(found: &Membership) -> Vec<(&'static str, Text)> {
    let Membership { forms, taken_in_at, leaves_at, handed_at, erase_at, .. } = found;
    let none = || Text::new("frame-none");
    let day = |at: Option<Timestamp>| at.map_or_else(none, Text::Day);
    let words = |words: &str| if words.is_empty() { none() } else { Text::verbatim(words) };
    let mut pairs = vec![
        ("member-kind", Text::new(forms.kind.key())),
        ("member-seat", Text::new(forms.seat.key())),
        ("member-form-1", day(forms.form_1)),
        ("member-form-2", day(forms.form_2)),
        ("member-reference", words(&forms.reference)),
        ("member-taken-in", day(*taken_in_at)),
    ];
    if forms.seat == Seat::Outside {
        pairs.insert(2, ("member-tie", words(&forms.tie)));
    }
    pairs.extend(leaves_at.map(|end| ("member-last-day", Text::Day(end.plus_seconds(-1)))));
    pairs.extend(handed_at.map(|at| ("member-handed", Text::Day(at))));
    pairs.extend(erase_at.map(|at| ("member-erase-at", Text::Day(at))));
    pairs
}

fn step_line(past: Past, now: Timestamp) -> StepLine {
    StepLine {
        act: past.act.key(),
        state: past.state.key(),
        by: match past.by {
            Some(name) => Text::verbatim(name),
            None => Actor::label(&past.by_word).unwrap_or(Text::new("oplog-erased")),
        },
        at: Moment::new(past.at, now),
        on: None,
        why: past.why,
        other: (!past.name.is_empty()).then(|| {
            let key = if past.act == Act::HandOver { "member-handed-to" } else { "member-sent-by" };
            Text::new(key).with("name", past.name)
        }),
    }
}

/// `POST /facilities/{facility}/membership`
pub(super) async fn act(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Typing>,
) -> Result<Response, PageError> {
    let found = membership::find(web.store.read(), home.facility).await?.ok_or(PageError::NotFound)?;
    let act = Act::from_word(&typed.act).ok_or(PageError::Malformed(Kept::default()))?;
    if typed.seen != found.version.to_string() {
        return Err(overtaken(&web, &person, home).await?);
    }
    let entry = typed.entry();
    let keep = web.pack.parameters().retention.records;
    let mut tx = web.store.begin_ledger().await?;
    match memberships::advance(&mut tx, &hands(&web, &person), &found, (act, &entry), keep).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/facilities/{}/membership", home.facility)).into_response())
        }
        Err(Failed::Changed) => {
            tx.rollback().await?;
            Err(overtaken(&web, &person, home).await?)
        }
        Err(failed) => {
            tx.rollback().await?;
            let error = refusal(failed)?;
            let answer = membership_page(&web, &visitor, &person, &found, Some((act, entry, error))).await?;
            Ok((WRONG, answer).into_response())
        }
    }
}
