//! Papers of a facility: the list, and what its pages have in common. What can be done with a paper is the domain's to say.

mod again;
mod application;
mod apply;
mod correct;
mod decisions;
mod enrol;
mod files;
mod form;
mod incident;
mod links;
mod measures;
mod one;
mod policy;
mod print;
mod proof;
mod standing;
pub(super) mod table;
mod told;
mod written;

use std::sync::Arc;

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::pack::{Pack, PersonalMode};
use hashimori_shared::time::{DAY, Timestamp};
use serde::Deserialize;

pub(super) use application::{prove_address, show_application, withdraw_application};
pub(super) use apply::{apply, show_apply};
pub(super) use correct::{correct_application, show_correction};
pub(super) use decisions::show_decisions;
pub(super) use enrol::issue_personal_code;
pub(super) use files::{attach_file, open_file, remove_file};
pub(super) use form::{file_again, file_paper, show_edit, show_new};
pub(super) use incident::{Gone, report_loss, show_incidents};
pub(super) use links::{change_link, show_link, show_links};
pub(super) use measures::show_measures;
pub(super) use one::{act_on_paper, show_paper};
pub(super) use policy::{decide_policy, policy_key, show_policy};
pub(super) use print::{show_blank, show_print};
pub(super) use written::written_out;

use super::guard::{Here, Who};
use super::overtaken::First;
use super::own_rules::pack_at;
use super::places::called;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::device::Standing;
use crate::domain::ids::{ExceptionId, FacilityId, PaperId};
use crate::domain::paper::{Act, Applicant, Days, Hand, Kind, Paper, Rules, State, Surroundings, Wish, same_name};
use crate::domain::people::{Person, Role};
use crate::store::appointment::{self, Held};
use crate::store::belonging::Home;
use crate::store::disaster::{cover, let_in};
use crate::store::paper::{self, Filter, Found};
use crate::store::{facility, personal_policy};
use crate::views::{Mark, PaperLine, PapersPage, Place};
use crate::words::Text;

/// Papers on one page of a facility.
const PAPERS: u16 = 50;
/// Papers on one page of a region.
const LISTED: u16 = 50;

/// Cuts a region's list to one page; where it goes on.
fn next(found: &mut Vec<(FacilityId, String, Found)>, list: &str) -> Option<String> {
    let more = found.len() > usize::from(LISTED);
    found.truncate(usize::from(LISTED));
    found.last().filter(|_| more).map(|(.., last)| format!("{list}after={}", last.paper.id))
}

/// Which papers are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    kind: Option<String>,
    /// `open`: something is still to be done; `over`: their period is over; `exempt`: they went ahead under a 災害時特例.
    is: Option<String>,
    before: Option<String>,
}

/// `GET /facilities/{facility}/papers`
pub(super) async fn show_papers(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    let kind = wanted.kind.as_deref().map(|word| Kind::from_word(word).ok_or(PageError::NotFound)).transpose()?;
    let before: Option<PaperId> = wanted.before.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let (open, over, exempt) = match wanted.is.as_deref() {
        None => (false, false, false),
        Some("open") => (true, false, false),
        Some("over") => (true, true, false),
        Some("exempt") => (true, false, true),
        Some(_) => return Err(PageError::NotFound),
    };
    let filter = Filter { kind, open, exempt, ended_by: over.then(|| web.now()), before };
    let mut found = paper::list(&web.store, home.facility, filter, PAPERS + 1).await?;
    let more = found.len() > usize::from(PAPERS);
    found.truncate(usize::from(PAPERS));
    let list = format!("/facilities/{}/papers", home.facility);
    let next = found.last().filter(|_| more).map(|last| {
        let kind = kind.map(|kind| format!("kind={}&", kind.as_str())).unwrap_or_default();
        let is = wanted.is.as_ref().map(|is| format!("is={is}&")).unwrap_or_default();
        format!("{list}?{kind}{is}before={}", last.paper.id)
    });
    page(&PapersPage {
        shell: shell("papers-title", &visitor, Some(&person)),
        facility: place(&web, home).await?,
        kinds: Kind::ALL.iter().map(|kind| (kind.as_str(), kind.key(), kind.is_filed_by(person.role))).collect(),
        lines: found.iter().map(|found| line(&web, &person, found)).collect(),
        filtered: kind.is_some() || open,
        paged: before.is_some(),
        next,
    })
}

pub(super) async fn place(web: &Web, home: Home) -> Result<Place, PageError> {
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    Ok(Place { id: facility.id.to_string(), name: facility.name })
}

fn line(web: &Web, reader: &Person, found: &Found) -> PaperLine {
    let paper = &found.paper;
    PaperLine {
        id: paper.id.to_string(),
        title: title(paper),
        applicant: applicant(reader, found),
        device: device(reader, found),
        mark: mark(web, paper),
        period: days(paper),
    }
}

/// 「持出届 第3号」.
pub(super) fn title(paper: &Paper) -> Text {
    Text::new("paper-numbered").with("kind", Text::new(paper.kind.key())).with("number", paper.number)
}

fn days(paper: &Paper) -> Text {
    let (from, until) = (Text::Day(paper.period.from), Text::Day(paper.period.last_day()));
    match paper.kind.days() {
        Days::Period(words) => Text::new(words.shown).with("from", from).with("until", until),
        Days::Found => Text::new("paper-found-on").with("day", from),
        Days::Due => Text::new("paper-due-by").with("day", until),
    }
}

/// Key of what its days are called.
const fn days_called(kind: Kind) -> &'static str {
    match kind.days() {
        Days::Period(words) => words.both,
        Days::Found => "paper-period",
        Days::Due => "paper-due",
    }
}

/// What the reader calls the device it is about.
fn device(reader: &Person, found: &Found) -> Option<Text> {
    let (about, id) = found.device.as_ref().zip(found.paper.device)?;
    Some(called(reader, about.ownership, &about.label, id))
}

/// Whom it is for, as far as that is the reader's business: what people use of their own stays at their facility.
fn applicant(reader: &Person, found: &Found) -> Text {
    let paper = &found.paper;
    if sees(reader, paper) { Text::verbatim(&paper.applicant.name) } else { Text::new("paper-not-shown") }
}

/// Whether the reader sees what was filled in: of a person's own device only its facility does.
pub(super) fn sees(reader: &Person, paper: &Paper) -> bool {
    paper.kind.ownership().is_none_or(|ownership| reader.role.sees_facts(ownership))
}

/// How a paper reads now.
fn mark(web: &Web, paper: &Paper) -> Mark {
    if paper.is_overdue(web.now()) {
        return Mark::alarming("paper-overdue");
    }
    if paper.state == State::InUse && paper.period.until <= web.now() {
        return Mark::alarming("paper-expired");
    }
    let word = paper.state.key();
    let is_due = paper.is_due(web.now());
    match paper.state {
        State::Issued | State::Escalated if is_due => Mark::alarming("paper-unanswered"),
        State::Restricted if is_due => Mark::waiting("paper-restriction-over"),
        State::Kept if is_due => Mark::waiting("paper-look-due"),
        State::Issued
        | State::Answered
        | State::Filed
        | State::SentBack
        | State::Extending
        | State::Returned
        | State::Revoked
        | State::Planned
        | State::Wiped => Mark::waiting(word),
        State::Approved | State::Out | State::InUse | State::WipeConfirmed | State::Kept => Mark::running(word),
        State::Exempt => Mark::excepted(word),
        State::Lost | State::Reported | State::Open | State::Escalated | State::Restricted => Mark::alarming(word),
        State::Refused | State::Withdrawn | State::Dismissed | State::Closed => Mark::out_of_use(word),
    }
}

/// Who is at the facility, as far as papers ask.
pub(super) struct Staff {
    held: Vec<Held>,
    /// How the facility allows personal devices.
    personal: PersonalMode,
    /// The rules with what the facility laid down for itself (§26).
    pack: Arc<Pack>,
    /// The 災害時特例 that holds over it.
    exception: Option<ExceptionId>,
}

impl Staff {
    pub(super) async fn of(web: &Web, home: Home) -> Result<Self, PageError> {
        let held = appointment::list(web.store.read(), home.facility, web.now()).await?;
        let pack = pack_at(web, home).await?;
        let decided = personal_policy::list(&web.store, home.facility, 1).await?;
        let personal = decided.first().map_or(pack.parameters().personal_devices.mode, |policy| policy.mode);
        let exception = cover::real_over(web.store.read(), home, web.now()).await?;
        Ok(Self { held, personal, pack, exception })
    }

    /// The account that a paper's person has, by the name as typed.
    fn account(&self, name: &str) -> Option<&Person> {
        self.held.iter().map(|held| &held.person).find(|person| same_name(&person.name, name))
    }

    /// Whom a paper as typed is for.
    fn applicant(&self, wish: &Wish) -> Applicant {
        Applicant { person: self.account(&wish.applicant).map(|person| person.id), name: wish.applicant.clone() }
    }

    fn rules(&self) -> Rules<'_> {
        self.rules_under(self.exception)
    }

    /// The rules under the 災害時特例 that held, where what is entered now was done then.
    fn rules_under(&self, exception: Option<ExceptionId>) -> Rules<'_> {
        Rules { pack: &self.pack, personal: self.personal, excepted: exception.is_some() }
    }

    fn around(&self, found: &Found) -> Surroundings<'_> {
        self.around_a((found.paper.kind, &found.paper.applicant), found.device.as_ref().map(|device| device.standing))
    }

    fn around_a(&self, (kind, applicant): (Kind, &Applicant), device: Option<Standing>) -> Surroundings<'_> {
        let held = self.held.iter().map(|held| &held.person);
        let role = held.filter(|held| applicant.person == Some(held.id) || same_name(&held.name, &applicant.name)).map(|held| held.role);
        Surroundings {
            // Whoever holds the seat themself counts as such, whatever namesakes there are.
            applicant: role.max_by_key(|role| *role == Role::Administrator),
            has_head: self.held.iter().any(|held| held.person.role == Role::Head),
            device,
            exception: self.exception,
            personal: self.personal,
            rules: &self.pack.parameters().approval,
            most_days: kind.most_days(&self.rules()),
        }
    }
}

/// The 災害時特例 that holds now, or that held on the day on a paper.
async fn exception_on(web: &Web, home: Home, staff: &Staff, day: Option<Timestamp>) -> Result<Option<ExceptionId>, PageError> {
    let Some(day) = day else { return Ok(staff.exception) };
    let end_of_day = day.plus_seconds(DAY - 1).min(web.now());
    let held = let_in::held_over(web.store.read(), home, end_of_day).await?;
    Ok(held.filter(|(_, drill)| !drill).map(|(id, _)| id))
}

/// The one under which a paper goes ahead. What begins on a later day than it was filed has time for an approval.
async fn exception_for(web: &Web, home: Home, staff: &Staff, wish: &Wish) -> Result<Option<ExceptionId>, PageError> {
    let filed = wish.on.unwrap_or(web.now());
    Ok(exception_on(web, home, staff, wish.on).await?.filter(|_| wish.period.from.jst_day() <= filed.jst_day()))
}

fn hand(person: &Person) -> Hand<'_> {
    Hand { person: person.id, role: person.role, name: &person.name }
}

/// Somebody was quicker: who, when and with what, as the paper's history has it.
async fn overtaken(web: &Web, reader: &Person, paper: &Paper) -> Result<PageError, PageError> {
    let Some(past) = paper::history(&web.store, paper.id).await?.pop() else {
        return Ok(PageError::Conflict(Text::new("paper-changed")));
    };
    let first = First::of(reader, (&past.by_word, past.by.as_deref()), past.at, past_act(paper, past.act));
    Ok(if past.by.is_none() || sees(reader, paper) { first } else { first.called(Text::new("error-somebody-else")) }.error())
}

/// Key of what a step of a paper's history is called.
fn past_act(paper: &Paper, act: Act) -> &'static str {
    if act == Act::File { paper.kind.filing().0 } else { act.key() }
}

async fn find(web: &Web, home: Home, id: &str) -> Result<Found, PageError> {
    let id: PaperId = id.parse().map_err(|_| PageError::NotFound)?;
    paper::find(&web.store, home.facility, id).await?.ok_or(PageError::NotFound)
}
