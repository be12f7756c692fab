//! Somebody's page: what is known, the checklist that is open, what can be done, and every step with who and when.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::pledges::signed;
use super::{Book, find, mark};
use crate::domain::act::{Done, What};
use crate::domain::ids::MemberId;
use crate::domain::paper::same_name;
use crate::domain::people::Person;
use crate::domain::people::role::LONGEST_REASON;
use crate::domain::staff::{Act, Edition, Entry, JoinItem, LeaveItem, Member, Moved, Need, Refusal, State, Step, advance, choices};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::overtaken::First;
use crate::http::pages::papers::place;
use crate::http::pages::typed::{Typed, given, values};
use crate::http::pages::visit::{Fields, Kept, Visitor};
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::{appointment, staff};
use crate::views::{Moment, StaffAct, StaffMemberPage, StepLine};
use crate::words::Text;

/// `GET /facilities/{facility}/staff/{number}`
pub(in crate::http::pages) async fn show_member(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path((_, number)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let member = find(&web, home.facility, &number).await?;
    member_page(&web, &visitor, (&person, home), &member, None).await
}

/// The page; with what is wrong with an act, and what was typed into its form.
async fn member_page(
    web: &Web,
    visitor: &Visitor,
    (person, home): (&Person, Home),
    member: &Member,
    wrong: Option<(Text, &Fields)>,
) -> Result<Response, PageError> {
    let book = Book::at(web, home).await?;
    let past = staff::history(web.store.read(), member.id).await?;
    let editions = staff::pledge::list(web.store.read(), home.facility).await?;
    let typed = wrong.as_ref().map(|(_, typed)| *typed);
    let left = member.open_to_leave();
    page(&StaffMemberPage {
        shell: shell(Text::verbatim(&member.details.name), visitor, Some(person)),
        facility: place(web, home).await?,
        number: member.number,
        version: member.version,
        mark: mark(member.state),
        notes: book.notes(member),
        open: member.open_to_join(&book.rules, book.now).into_iter().map(JoinItem::key).collect(),
        accounts: if left.contains(&LeaveItem::Accounts) { accounts(web, home, member).await? } else { Vec::new() },
        pairs: pairs(member, &editions),
        may_edit: !member.state.is_final(),
        acts: choices(member).into_iter().map(|step| form(step, member, typed)).collect(),
        error: wrong.map(|(error, _)| error),
        longest: LONGEST_REASON,
        past: past
            .into_iter()
            .map(|step| StepLine {
                at: Moment::new(step.at, book.now),
                act: step.act.key(),
                state: step.state.key(),
                on: step.on.map(|on| Text::new("staff-on-day").with("day", Text::Day(on))),
                by: step.by.map_or(Text::new("oplog-erased"), Text::Verbatim),
                other: None,
                why: step.why,
            })
            .collect(),
    })
}

/// Accounts of the facility that are still open under the name of somebody who leaves.
async fn accounts(web: &Web, home: Home, member: &Member) -> Result<Vec<String>, PageError> {
    let held = appointment::list(web.store.read(), home.facility, web.now()).await?;
    Ok(held.into_iter().map(|held| held.person.name).filter(|name| same_name(name, &member.details.name)).collect())
}

fn pairs(member: &Member, editions: &[Edition]) -> Vec<(&'static str, Text)> {
    let none = || Text::new("frame-none-yet");
    let day = |day: Option<hashimori_shared::time::Timestamp>| day.map_or_else(none, Text::Day);
    let pledge = member.pledge.map_or_else(none, |pledge| signed(pledge, editions));
    let id = if member.details.mcs_id.is_empty() { none() } else { Text::verbatim(&member.details.mcs_id) };
    let mut pairs = vec![
        ("staff-col-job", Text::verbatim(&member.details.job)),
        ("staff-col-joined", Text::Day(member.details.joined)),
        ("staff-col-mcs-id", id),
        ("staff-col-pledge", pledge),
        ("staff-col-trained", day(member.trained)),
        ("staff-col-changed", day(member.changed)),
    ];
    pairs.extend(member.last_day.map(|last| ("staff-col-last", Text::Day(last))));
    pairs
}

/// The form of an act; what was typed into it before, where it is the one that was refused.
fn form(step: Step, member: &Member, typed: Option<&Fields>) -> StaffAct {
    let typed = typed.filter(|typed| given(typed, "act") == step.act.as_str());
    let needs = |need: Need| step.needs.contains(&need);
    let kept = |field: &str| typed.map_or("", |typed| given(typed, field)).to_owned();
    let ticked = |item: &LeaveItem| typed.is_some_and(|typed| values(typed, "item").any(|word| word == item.as_str()));
    let items = LeaveItem::ALL.iter().filter(|item| !member.cleared.contains(item));
    StaffAct {
        word: step.act.as_str(),
        key: step.act.key(),
        open: typed.is_some(),
        day: match (needs(Need::Day), needs(Need::LastDay), step.act) {
            (true, _, Act::Declare) => Some("staff-col-changed"),
            (true, ..) => Some("staff-signed-on"),
            (false, true, _) => Some("staff-col-last"),
            (false, false, _) => None,
        },
        before: needs(Need::Before),
        items: if needs(Need::Items) { items.map(|item| (item.as_str(), item.key(), ticked(item))).collect() } else { Vec::new() },
        why: needs(Need::Why),
        note: needs(Need::Note).then_some(if step.act == Act::Pledge { "staff-kept-at" } else { "paper-note" }),
        ends: matches!(step.act, Act::Leave | Act::Remove | Act::Forget | Act::Unpledge | Act::Stay),
        typed_day: kept("day"),
        typed_why: kept("why"),
        typed_before: kept("before") == "yes",
    }
}

/// `POST /facilities/{facility}/staff/{number}/act`
pub(in crate::http::pages) async fn act(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path((_, number)): Path<(String, String)>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let member = find(&web, home.facility, &number).await?;
    let act = Act::from_word(given(&typed, "act")).ok_or_else(|| PageError::Malformed(Kept::default()))?;
    let entry = Entry {
        why: given(&typed, "why").to_owned(),
        day: given(&typed, "day").to_owned(),
        before: given(&typed, "before") == "yes",
        items: values(&typed, "item").map(str::to_owned).collect(),
        ..Entry::default()
    };
    let rules = super::rules_at(&web, home).await?;
    let offered = choices(&member).iter().any(|step| step.act == act);
    let taken = if offered { advance(&member, act, (person.id, &entry), &rules, web.now()) } else { Err(Refusal::NotNow(member.state)) };
    match taken {
        Ok(moved) => {
            let list = format!("/facilities/{}/staff", home.facility);
            let to = if moved.to == State::Removed { format!("{list}?done=removed") } else { format!("{list}/{number}") };
            keep(&web, (&person, home), &typed, member, moved).await?;
            Ok(Redirect::to(&to).into_response())
        }
        Err(refusal) => {
            let answer = member_page(&web, &visitor, (&person, home), &member, Some((refusal.text(), &typed))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
        }
    }
}

/// Somebody was quicker: who, when and with what.
pub(super) async fn overtaken(web: &Web, reader: &Person, member: MemberId) -> Result<PageError, PageError> {
    Ok(match staff::history(web.store.read(), member).await?.pop() {
        Some(past) => First::of(reader, (&past.by_word, past.by.as_deref()), past.at, past.act.key()).error(),
        None => PageError::Conflict(Text::new("staff-moved")),
    })
}

/// Keeps a step that was asked for on a page that shows the newest, with its entry in the log.
pub(super) async fn keep(
    web: &Web,
    (person, home): (&Person, Home),
    typed: &Fields,
    member: Member,
    moved: Moved,
) -> Result<(), PageError> {
    if given(typed, "seen") != member.version.to_string() {
        return Err(overtaken(web, person, member.id).await?);
    }
    let after = member.after(&moved);
    let mut tx = web.store.begin_ledger().await?;
    if !staff::apply(&mut tx, home.facility, &after, &moved).await? {
        tx.rollback().await?;
        return Err(overtaken(web, person, after.id).await?);
    }
    let done = Done::by_person(person, What::StaffChanged, moved.at).at_facility(home.region, home.facility);
    let note = format!("number={} act={} state={}", after.number, moved.act.as_str(), moved.to.as_str());
    web.log(&mut tx, &done.noting(note)).await?;
    Ok(tx.commit().await?)
}
