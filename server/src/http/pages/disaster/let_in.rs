//! What an exception let in at a facility: registered within half a minute, cleared afterwards one by one.

use axum::extract::State as Use;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::WRONG;
use super::typed::Filled;
use crate::domain::act::{Actor, Done, What};
use crate::domain::device::Ownership;
use crate::domain::disaster::let_in::{
    self as entry, Check, Cleared, Invalid, LONGEST_WORD, LetIn, Machine, NotCleared, Said, Typed as Words, Whose,
};
use crate::domain::ids::LetInId;
use crate::domain::membership::Doing;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::domain::people::{Person, Right, may};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::membership::closed;
use crate::http::pages::overtaken::First;
use crate::http::pages::papers::place;
use crate::http::pages::typed::{Asked, Typed};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::disaster::let_in::{self, Clearing, Line};
use crate::store::paper;
use crate::views::{Choice, LetInForm, LetInLine, LetInPage, Moment};
use crate::words::Text;

/// Lines on one page.
const LINES: u16 = 50;

/// Which page of the list, from 0.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct At {
    #[serde(default)]
    page: u16,
}

/// `GET /facilities/{facility}/disaster/let-in`
pub(in crate::http::pages) async fn show_let_in(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(at): Asked<At>,
) -> Result<Response, PageError> {
    list_page(&web, &visitor, &person, home, (at, None, None)).await
}

/// Something typed that could not be taken, or not be cleared.
type Wrong<'a> = (At, Option<(&'a Filled, Text)>, Option<(LetInId, Text)>);

async fn list_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    (at, wrong, uncleared): Wrong<'_>,
) -> Result<Response, PageError> {
    let skip = u32::from(at.page) * u32::from(LINES);
    let mut lines = let_in::list(&web.store, home.facility, LINES + 1, skip).await?;
    let more = lines.len() > usize::from(LINES);
    lines.truncate(usize::from(LINES));
    let path = format!("/facilities/{}/disaster", home.facility);
    let may_register = may(person.role, Right::ExemptLocally);
    let form = may_register.then(|| {
        let empty = Filled::new(Vec::new());
        let (filled, error) = wrong.map_or((&empty, None), |(filled, error)| (filled, Some(error)));
        form(web, (format!("{path}/let-in"), true), filled, error)
    });
    // It may stand on another page of the list.
    let shown_here = uncleared.as_ref().is_some_and(|(id, _)| lines.iter().any(|line| line.id == *id));
    let held = let_in::held_over(web.store.read(), home, web.now()).await?;
    page(&LetInPage {
        shell: shell("let-in-title", visitor, Some(person)),
        facility: place(web, home).await?,
        form,
        closed: held.is_none().then(|| Text::new("let-in-only-late")),
        lines: lines
            .into_iter()
            .map(|line| {
                let open = uncleared.as_ref().is_some_and(|(id, _)| *id == line.id);
                LetInLine { open, ..shown(web, person, home, line) }
            })
            .collect(),
        next: more.then(|| format!("{path}/let-in?page={}", at.page + 1)),
        clear: may_register.then(|| format!("{path}/clear")),
        ways: Cleared::ways().map(|way| (way.as_str(), way.key())).collect(),
        papers: paper_count(web, home).await?,
        error: uncleared.map(|(_, error)| if shown_here { error } else { error.without_field() }),
    })
}

/// How many papers went ahead under an exception and are neither approved nor ended, and the page that lists them.
async fn paper_count(web: &Web, home: Home) -> Result<Option<(i64, String)>, PageError> {
    let exempt = paper::count_exempt(&web.store, home.facility).await?;
    Ok((exempt > 0).then(|| (exempt, format!("/facilities/{}/papers?is=exempt", home.facility))))
}

fn shown(web: &Web, reader: &Person, home: Home, line: Line) -> LetInLine {
    let now = web.now();
    let said = line.said;
    let id = line.id.to_string();
    let who = if !reader.role.sees_facts(Ownership::Personal) {
        Text::new("device-personal-named").with("id", id.rsplit('-').next().unwrap_or_default().to_owned())
    } else if said.is_skipped() {
        Text::new("let-in-nameless")
    } else {
        Text::verbatim(&said.name)
    };
    let mut about = vec![Text::new(said.machine.key()), Text::new(said.whose.key())];
    if reader.role.sees_facts(Ownership::Personal) {
        about.extend([said.from, said.contact].into_iter().filter(|word| !word.is_empty()).map(Text::verbatim));
    }
    let applies = line.cleared.is_none() && line.paper.is_none() && !line.drill && said.whose.may_apply();
    LetInLine {
        apply: (applies && may(reader.role, Right::FilePapers))
            .then(|| format!("/facilities/{}/papers/new?kind=personal_device&let_in={id}", home.facility)),
        paper: line.paper.map(|(id, number)| (format!("/papers/{id}"), number)),
        id,
        drill: line.drill,
        who,
        about,
        event: Moment::new(line.event_at, now),
        until: line.until.map(|until| (Moment::new(until, now), until <= now)),
        cleared: line.cleared.map(|(how, at)| (how.key(), Moment::new(at, now))),
        open: false,
        checks: said.whose.checks().iter().map(|check| (check.as_str(), check.key())).collect(),
    }
}

/// The form as filled in; `whole` asks whose it is and when it began, too.
pub(super) fn form(web: &Web, (action, whole): (String, bool), filled: &Filled, error: Option<Text>) -> LetInForm {
    let choices = |name: &str, usual: &str, all: Vec<(&'static str, &'static str)>| {
        let typed = Some(filled.get(name)).filter(|typed| !typed.is_empty()).unwrap_or(usual).to_owned();
        let choice =
            |(word, key): (&'static str, &'static str)| Choice { value: word.to_owned(), text: Text::new(key), chosen: word == typed };
        all.into_iter().map(choice).collect::<Vec<_>>()
    };
    let typed = |name: &str| filled.get(name).to_owned();
    LetInForm {
        action,
        machines: choices("machine", Machine::Phone.as_str(), Machine::ALL.iter().map(|m| (m.as_str(), m.key())).collect()),
        whose: if whole {
            choices("whose", Whose::Own.as_str(), Whose::ALL.iter().map(|w| (w.as_str(), w.key())).collect())
        } else {
            Vec::new()
        },
        name: typed("name"),
        from: typed("from"),
        contact: typed("contact"),
        days: typed("days"),
        most_days: web.pack.parameters().disaster.guest_days,
        event: typed("event"),
        longest: LONGEST_WORD,
        skip: !whole,
        error,
    }
}

/// What was typed of a device.
pub(super) fn said(web: &Web, filled: &Filled) -> Result<Said, Text> {
    let words = Words {
        whose: filled.get("whose"),
        machine: filled.get("machine"),
        name: filled.get("name"),
        from: filled.get("from"),
        contact: filled.get("contact"),
        days: filled.get("days"),
    };
    Said::parse(words, web.pack.parameters().disaster.guest_days).map_err(|invalid| match invalid {
        Invalid::Long(field) => Text::of_field("let-in-wrong-long", field).with("most", LONGEST_WORD),
        Invalid::Guest(field) => Text::of_field("let-in-wrong-guest", field),
        Invalid::Days(most) => Text::of_field("let-in-wrong-days", "days").with("most", most),
    })
}

/// Writes one that was let in, and the line of the log; a form that comes a second time does nothing again. `next` is shown then.
pub(super) async fn write(
    web: &Web,
    (visitor, mark): (&Visitor, &str),
    (new, drill): (LetIn, bool),
    done: Done,
    next: &str,
) -> Result<Response, PageError> {
    let (mut tx, taking) = match twice::take(web, web.store.begin().await?, visitor, mark).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    let_in::insert(&mut tx, &new).await?;
    let drill = if drill { " drill" } else { "" };
    let named = if new.said.is_skipped() { " unnamed" } else { "" };
    let detail =
        format!("whose={} machine={} event={}{named}{drill}", new.said.whose.as_str(), new.said.machine.as_str(), new.event_at.seconds());
    web.log(&mut tx, &done.on_exception(new.exception).noting(detail)).await?;
    taking.leads_to(web, &mut tx, next, None).await?;
    tx.commit().await?;
    Ok(Redirect::to(next).into_response())
}

/// `POST /facilities/{facility}/disaster/let-in`
pub(in crate::http::pages) async fn let_in(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (mark, filled) = (twice::mark_of(&typed), Filled::new(typed));
    let shut = closed(&web, home, Doing::Begin).await?;
    let wrong = match (shut, said(&web, &filled).and_then(|said| Ok((said, filled.event(web.now())?)))) {
        (Some(why), _) => why,
        (None, Err(wrong)) => wrong,
        (None, Ok((said, event_at))) => match let_in::held_over(web.store.read(), home, event_at).await? {
            None => Text::of_field("let-in-none-held", "event").with("at", event_at),
            Some((exception, drill)) => {
                let (id, now) = (LetInId::new(web.random.uuid(web.now())), web.now());
                let by = Actor::Person(person.id);
                let new = LetIn { id, exception, facility: home.facility, said, event_at, entered_at: now, by };
                let done = Done::by_person(&person, What::DisasterLetIn, now).at_facility(home.region, home.facility);
                let next = format!("/facilities/{}/disaster/let-in", home.facility);
                return write(&web, (&visitor, &mark), (new, drill), done, &next).await;
            }
        },
    };
    let answer = list_page(&web, &visitor, &person, home, (At::default(), Some((&filled, wrong)), None)).await?;
    Ok((WRONG, answer).into_response())
}

/// Somebody was quicker: who cleared it, and when.
fn overtaken(reader: &Person, line: &Line) -> Option<PageError> {
    let ((_, at), noted) = line.cleared.zip(line.noted.as_ref())?;
    Some(First::of(reader, (&noted.by, noted.name.as_deref()), at, What::DisasterCleared.key()).error())
}

/// `POST /facilities/{facility}/disaster/clear`
pub(in crate::http::pages) async fn clear(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let filled = Filled::new(typed);
    let here = format!("/facilities/{}/disaster/let-in", home.facility);
    let Ok(id) = filled.get("id").parse::<LetInId>() else { return Ok(Redirect::to(&here).into_response()) };
    let line = let_in::find(web.store.read(), home.facility, id).await?.ok_or(PageError::NotFound)?;
    if let Some(overtaken) = overtaken(&person, &line) {
        return Err(overtaken);
    }
    let (how, done, why) = match clearing(&line, &filled) {
        Ok(clearing) => clearing,
        Err(wrong) => {
            let answer = list_page(&web, &visitor, &person, home, (At::default(), None, Some((id, wrong)))).await?;
            return Ok((WRONG, answer).into_response());
        }
    };
    let clearing = Clearing { how, done: &done, why: &why, by: person.id.to_string(), at: web.now() };
    let mut tx = web.store.begin().await?;
    if !let_in::clear(&mut tx, home.facility, id, &clearing).await? {
        tx.rollback().await?;
        let line = let_in::find(web.store.read(), home.facility, id).await?;
        return Err(line.and_then(|line| overtaken(&person, &line)).unwrap_or(PageError::NotFound));
    }
    let act = Done::by_person(&person, What::DisasterCleared, web.now()).at_facility(home.region, home.facility);
    web.log(&mut tx, &act.noting(format!("how={} entry={id}", how.as_str())).saying(why.clone())).await?;
    tx.commit().await?;
    Ok(Redirect::to(&here).into_response())
}

/// How it was cleared, as typed.
fn clearing(line: &Line, filled: &Filled) -> Result<(Cleared, Vec<Check>, String), Text> {
    let how = Cleared::from_word(filled.get("how")).unwrap_or(Cleared::Done);
    let done: Vec<Check> = filled.all("check").iter().filter_map(|word| Check::from_word(word)).collect();
    let why = match filled.get("why") {
        "" => String::new(),
        typed => reason(typed).map_err(|_| Text::of_field("disaster-wrong-why", "why").with("most", LONGEST_REASON))?,
    };
    entry::clear(line.said.whose, how, &done, &why).map_err(|not| match not {
        NotCleared::Left => Text::new("let-in-left"),
        NotCleared::Application => Text::new("let-in-apply-first"),
        NotCleared::Reason => Text::of_field("let-in-wrong-reason", "why"),
    })?;
    Ok((how, done, why))
}
