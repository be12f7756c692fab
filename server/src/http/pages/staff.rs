//! 利用者の名簿 of a facility (§16-3, §16-5, §17, §19-2, §19-3, 留1-2, 留3-7). Names stay at the facility: whoever reads it from outside
//! sees numbers, and no more than those.

mod form;
mod import;
mod one;
mod pledges;
mod region;
mod review;
mod sheets;
mod ticked;
mod training;

pub(super) use form::{correct, register, show_edit, show_new};
pub(super) use import::{import, show_import};
pub(super) use one::{act, show_member};
pub(super) use pledges::{note_pledges, set_edition, show_pledges};
pub(super) use region::show_region;
pub(super) use review::review;
pub(super) use sheets::{export, show_export, show_print, signed};
pub(super) use training::{note_training, show_training, void_training};

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State as Verdict;
use serde::Deserialize;

use super::guard::{Here, Who};
use super::own_rules::pack_at;
use super::papers::place;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::ids::FacilityId;
use crate::domain::people::role::LONGEST_REASON;
use crate::domain::people::{Person, Right, may};
use crate::domain::staff::{Edition, Ids, Member, Rules, State, Sum, doubts};
use crate::domain::todo::{Kind, Todo};
use crate::store::belonging::Home;
use crate::store::staff;
use crate::views::{Mark, Moment, ReviewLine, StaffCountsPage, StaffLine, StaffPage};
use crate::words::Text;

/// Those who have left, on their list.
const LEFT: u16 = 500;
/// Reviews listed.
const REVIEWS: u16 = 10;

/// What the days of a facility's list are reckoned by.
async fn rules_at(web: &Web, home: Home) -> Result<Rules, PageError> {
    let edition = staff::pledge::newest(web.store.read(), home.facility).await?;
    Ok(Rules::new(edition, pack_at(web, home).await?.parameters()))
}

/// The numbers of a facility's list.
async fn sum_at(web: &Web, home: Home, rules: &Rules) -> Result<Sum, PageError> {
    Ok(staff::sum::of_facility(web.store.read(), home.facility, (rules, web.now())).await?)
}

/// By when the list is to be reviewed again.
pub(super) async fn next_review(web: &Web, home: Home) -> Result<Option<Timestamp>, PageError> {
    let rules = rules_at(web, home).await?;
    Ok(sum_at(web, home, &rules).await?.next_review(rules.review_days))
}

/// What an edition of the pledge is called.
fn called(edition: &Edition) -> Text {
    if edition.name.is_empty() { Text::new("staff-form-3") } else { Text::verbatim(&edition.name) }
}

/// A facility's list, and what its days are reckoned by.
struct Book {
    members: Vec<Member>,
    ids: Ids,
    rules: Rules,
    now: Timestamp,
}

impl Book {
    async fn at(web: &Web, home: Home) -> Result<Self, PageError> {
        let members = staff::list(web.store.read(), home.facility).await?;
        let ids = Ids::of(members.iter().map(|member| member.details.mcs_id.as_str()));
        Ok(Self { members, ids, rules: rules_at(web, home).await?, now: web.now() })
    }

    /// What a review of the list confirms: another one after any step.
    fn revision(&self) -> String {
        format!("{}-{}", self.members.len(), self.members.iter().map(|member| member.version).sum::<i64>())
    }

    /// What is to be seen to about somebody.
    fn notes(&self, member: &Member) -> Vec<Mark> {
        let (now, rules) = (self.now, &self.rules);
        let due = |due: Option<Timestamp>| due.is_some_and(|due| due <= now);
        let minor = |word| Mark { word, ..Mark::of(Verdict::RecommendationUnmet) };
        // Whoever is on the list has their own ID there, too.
        let shared = self.ids.having(&member.details.mcs_id) > usize::from(member.state.is_present());
        let mut notes = Vec::new();
        if due(member.leaving_due()) {
            notes.push(Mark::alarming("staff-note-overdue"));
        }
        if due(member.pledge_due(rules)) {
            notes.push(Mark::alarming(if member.pledge.is_some() { "staff-note-pledge-old" } else { "staff-note-pledge" }));
        }
        if due(member.training_due(rules)) {
            notes.push(Mark::alarming(if member.trained.is_some() { "staff-note-training-old" } else { "staff-note-training" }));
        }
        if member.state.is_present() && member.details.mcs_id.is_empty() {
            notes.push(Mark::waiting("staff-note-mcs-id"));
        }
        if due(member.password_due(rules)) {
            notes.push(minor("staff-note-password"));
        }
        notes.extend(doubts(&member.details.mcs_id, shared).into_iter().map(|doubt| minor(doubt.key())));
        notes
    }

    fn line(&self, member: &Member) -> StaffLine {
        StaffLine {
            number: member.number,
            name: member.details.name.clone(),
            job: member.details.job.clone(),
            joined: Text::Day(member.details.joined),
            last: member.last_day.map(Text::Day),
            mcs_id: member.details.mcs_id.clone(),
            trained: member.trained.map(Text::Day),
            mark: mark(member.state),
            notes: self.notes(member),
        }
    }
}

fn mark(state: State) -> Mark {
    match state {
        State::Joining | State::Leaving => Mark::waiting(state.key()),
        State::InUse => Mark::running(state.key()),
        State::Left | State::Removed => Mark::out_of_use(state.key()),
    }
}

/// What the page is asked with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    is: Option<String>,
    done: Option<String>,
}

/// `GET /facilities/{facility}/staff`
pub(super) async fn show_staff(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    if may(person.role, Right::KeepStaff) {
        staff_page(&web, &visitor, (&person, home), (wanted, None, String::new())).await
    } else {
        counts_page(&web, &visitor, &person, home).await
    }
}

async fn counts_page(web: &Web, visitor: &Visitor, person: &Person, home: Home) -> Result<Response, PageError> {
    let rules = rules_at(web, home).await?;
    let sum = sum_at(web, home, &rules).await?;
    page(&StaffCountsPage {
        shell: shell("staff-title", visitor, Some(person)),
        facility: place(web, home).await?,
        in_region: person.scope.facility().is_none(),
        pairs: figures(&sum, &rules, web.now()),
    })
}

/// The numbers as people read them.
fn figures(sum: &Sum, rules: &Rules, now: Timestamp) -> Vec<(&'static str, Text)> {
    let persons = |n: i64| Text::new("staff-persons").with("n", n);
    vec![
        ("staff-sum-persons", persons(sum.persons)),
        ("staff-sum-pledge", persons(sum.pledge.persons)),
        ("staff-sum-training", share(sum)),
        ("staff-sum-password", persons(sum.password.persons)),
        ("staff-sum-joining", persons(sum.joining.persons)),
        ("staff-sum-leaving", persons(sum.leaving)),
        ("staff-sum-overdue", persons(sum.overdue.persons)),
        ("staff-sum-review", reviewed(sum, rules, now)),
    ]
}

/// The share of those with a training.
fn share(sum: &Sum) -> Text {
    sum.trained_percent().map_or(Text::new("frame-none-yet"), |n| Text::new("staff-percent").with("n", n))
}

/// The newest review of the list, and whether another is due.
fn reviewed(sum: &Sum, rules: &Rules, now: Timestamp) -> Text {
    match (sum.reviewed, sum.review_due(rules.review_days, now)) {
        (Some(at), None) => Text::Day(at),
        (Some(at), Some(_)) => Text::new("staff-review-old").with("day", Text::Day(at)),
        (None, _) => Text::new("frame-none-yet"),
    }
}

/// The list; with what is wrong with a review, and what was typed into it.
async fn staff_page(
    web: &Web,
    visitor: &Visitor,
    (person, home): (&Person, Home),
    (wanted, error, differences): (Wanted, Option<Text>, String),
) -> Result<Response, PageError> {
    let book = Book::at(web, home).await?;
    let shown = match wanted.is.as_deref() {
        None => book.members.iter().map(|member| book.line(member)).collect(),
        Some("open") => {
            let open = |member: &&Member| member.state != State::InUse || !book.notes(member).is_empty();
            book.members.iter().filter(open).map(|member| book.line(member)).collect()
        }
        Some("left") => staff::list_left(web.store.read(), home.facility, LEFT).await?.iter().map(|member| book.line(member)).collect(),
        Some(_) => return Err(PageError::NotFound),
    };
    let sum = sum_at(web, home, &book.rules).await?;
    let reviews = staff::review::list(web.store.read(), home.facility, REVIEWS).await?;
    page(&StaffPage {
        shell: shell("staff-title", visitor, Some(person)),
        facility: place(web, home).await?,
        in_region: person.scope.facility().is_none(),
        done: wanted.done.as_deref().and_then(done),
        error,
        pairs: figures(&sum, &book.rules, book.now),
        lines: shown,
        listed: book.members.len(),
        filtered: wanted.is.is_some(),
        seen: book.revision(),
        differences,
        longest: LONGEST_REASON,
        review_due: sum.review_due(book.rules.review_days, book.now).is_some(),
        reviews: reviews
            .into_iter()
            .map(|review| ReviewLine {
                at: Moment::new(review.at, book.now),
                by: review.by.map_or(Text::new("oplog-erased"), Text::Verbatim),
                persons: review.persons,
                differences: review.differences,
            })
            .collect(),
    })
}

/// What was done just now, by its word in the path.
fn done(word: &str) -> Option<&'static str> {
    match word {
        "imported" => Some("staff-done-imported"),
        "removed" => Some("staff-done-removed"),
        "reviewed" => Some("staff-done-reviewed"),
        _ => None,
    }
}

/// 今日の対応: what is due of a facility's list, by the clock, whether anybody looked or not.
pub(super) async fn todos(web: &Web, home: Home) -> Result<Vec<Todo>, PageError> {
    let rules = rules_at(web, home).await?;
    let (sum, now) = (sum_at(web, home, &rules).await?, web.now());
    let list = |rest: &str| format!("/facilities/{}/staff{rest}", home.facility);
    let review = sum.review_due(rules.review_days, now);
    let todo = |kind, count, since, rest| Todo { since, ..Todo::new(kind, count, list(rest)) };
    Ok(vec![
        todo(Kind::LeaverOverdue, sum.overdue.persons, sum.overdue.since, "?is=open"),
        todo(Kind::PledgeMissing, sum.pledge.persons, sum.pledge.since, "/pledges"),
        todo(Kind::TrainingDue, sum.training.persons, sum.training.since, "/training"),
        todo(Kind::PasswordDue, sum.password.persons, sum.password.since, ""),
        todo(Kind::LeaverOpen, sum.leaving - sum.overdue.persons, None, "?is=open"),
        todo(Kind::JoinerOpen, sum.joining.persons, sum.joining.since, "?is=open"),
        todo(Kind::StaffReviewDue, i64::from(review.is_some()), review, "#review"),
    ])
}

/// Somebody on the list of the facility in the path, by their number.
async fn find(web: &Web, facility: FacilityId, number: &str) -> Result<Member, PageError> {
    let number = number.parse().map_err(|_| PageError::NotFound)?;
    staff::find(web.store.read(), facility, number).await?.ok_or(PageError::NotFound)
}
