//! What the 事務局 does: 発動 for the region, 追認 and 不承認 of what facilities began, 延長, 解除, 報告, 終結.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::typed::Filled;
use super::{WRONG, first, is_as_seen, line, places, reach, refusal};
use crate::domain::act::Actor;
use crate::domain::area::Area;
use crate::domain::disaster::{Exception, Phase, Place, Reach};
use crate::domain::ids::{ExceptionId, RegionId};
use crate::domain::people::role::LONGEST_REASON;
use crate::domain::people::{Person, Right, may};
use crate::exceptions::{self, Deed};
use crate::http::pages::guard::Who;
use crate::http::pages::places::After;
use crate::http::pages::typed::{Asked, Typed};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::disaster::{gone, let_in};
use crate::store::{area, disaster, facility, session};
use crate::views::{Choice, DisasterPage, DisasterPaperPage, ExceptionFile, ExceptionForm, FileStep, Moment};
use crate::words::Text;

/// Exceptions on one page.
const LINES: u16 = 20;
/// Facilities named with what is left there.
const LEFT: u16 = 50;

/// `GET /disaster`
pub(in crate::http::pages) async fn show_region(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    region_page(&web, &visitor, &person, asked.id()?, None).await
}

/// The form of 発動 for the region, or for one facility.
pub(super) fn form_of_activation(web: &Web, visitor: &Visitor, facility: Option<String>) -> ExceptionForm {
    let whole = facility.is_none();
    ExceptionForm {
        action: "/disaster".to_owned(),
        title: if whole { "disaster-activate" } else { "disaster-activate-here" },
        about: "disaster-activate-about",
        button: "disaster-activate-do",
        hidden: facility.map(|id| ("facility", id)).into_iter().collect(),
        basis: Some(Text::new("disaster-basis-usual").in_lang(visitor.lang)),
        days: Some(web.pack.parameters().disaster.expiry_days.to_string()),
        drill: Some(false),
        longest: LONGEST_REASON,
        ..ExceptionForm::default()
    }
}

/// The form with the region's areas to choose from.
async fn with_areas(web: &Web, region: RegionId, form: ExceptionForm) -> Result<ExceptionForm, PageError> {
    let areas = area::list(web.store.read(), region).await?;
    let choice = |area: Area| Choice { value: area.id.to_string(), text: Text::verbatim(area.name.as_str()), chosen: false };
    Ok(ExceptionForm { places: areas.into_iter().map(choice).collect(), places_title: "disaster-field-areas", ..form })
}

async fn region_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    before: Option<ExceptionId>,
    form: Option<ExceptionForm>,
) -> Result<Response, PageError> {
    let region = person.scope.region();
    let mut found = disaster::list(&web.store, region, before, LINES + 1).await?;
    let more = found.len() > usize::from(LINES);
    found.truncate(usize::from(LINES));
    let next = found.last().filter(|_| more).map(|last| format!("/disaster?after={}", last.id));
    let (mut lines, mut waiting) = (Vec::new(), Vec::new());
    for exception in found {
        lines.push(line(web, &exception.at(web.now())).await?);
    }
    for exception in disaster::list_waiting(&web.store, region, web.now(), LINES).await? {
        waiting.push(line(web, &exception).await?);
    }
    let form = match form {
        None if may(person.role, Right::Exempt) => Some(with_areas(web, region, form_of_activation(web, visitor, None)).await?),
        form => form,
    };
    page(&DisasterPage { shell: shell("disaster-title", visitor, Some(person)), waiting, lines, next, form })
}

/// `POST /disaster`
pub(in crate::http::pages) async fn activate(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (mark, filled) = (twice::mark_of(&typed), Filled::new(typed));
    let region = person.scope.region();
    let wrong = match wish(&web, region, &filled).await?.and_then(|wish| Ok((wish, filled.act(&web, &person)?))) {
        Err(wrong) => wrong,
        Ok(((reach, basis, days), act)) => {
            let (mut tx, taking) = match twice::take(&web, web.store.begin().await?, &visitor, &mark).await? {
                Ok(first) => first,
                Err(answered) => return Ok(answered),
            };
            match exceptions::activate(&mut tx, &act, (region, reach), (basis, filled.ticked("drill")), days).await {
                Ok(made) => {
                    let next = format!("/disaster/{}", made.id);
                    taking.leads_to(&web, &mut tx, &next, None).await?;
                    tx.commit().await?;
                    return Ok(Redirect::to(&next).into_response());
                }
                Err(failed) => {
                    tx.rollback().await?;
                    refusal(failed)?
                }
            }
        }
    };
    let facility = Some(filled.get("facility")).filter(|id| !id.is_empty()).map(ToOwned::to_owned);
    let mut form = form_of_activation(&web, &visitor, facility);
    if form.hidden.is_empty() {
        form = with_areas(&web, region, form).await?;
    }
    let form = filled.keep(form, wrong);
    let answer = region_page(&web, &visitor, &person, None, Some(form)).await?;
    Ok((WRONG, answer).into_response())
}

type Wish = (Reach, String, u32);

/// What is to be activated, as typed; the page has one facility, or none, in a hidden field.
async fn wish(web: &Web, region: RegionId, filled: &Filled) -> Result<Result<Wish, Text>, PageError> {
    let reach = match filled.get("facility") {
        "" => {
            let mut areas = Vec::new();
            for id in filled.all("place") {
                let id = id.parse().map_err(|_| PageError::NotFound)?;
                let found = area::find(web.store.read(), region, id).await?.ok_or(PageError::NotFound)?;
                areas.push(Place::covered(found.id));
            }
            if areas.is_empty() { Reach::Region } else { Reach::Areas(areas) }
        }
        id => {
            let id = id.parse().map_err(|_| PageError::NotFound)?;
            facility::find(&web.store, region, id).await?.ok_or(PageError::NotFound)?;
            Reach::Facilities(vec![Place::covered(id)])
        }
    };
    Ok(filled.basis().and_then(|basis| Ok((reach, basis, filled.days()?))))
}

async fn find(web: &Web, person: &Person, id: &str) -> Result<Exception, PageError> {
    let id: ExceptionId = id.parse().map_err(|_| PageError::NotFound)?;
    let mut db = web.store.read().acquire().await.map_err(PageError::internal)?;
    Ok(disaster::find(&mut db, person.scope.region(), id).await?.ok_or(PageError::NotFound)?.at(web.now()))
}

/// `GET /disaster/{exception}`
pub(in crate::http::pages) async fn show_file(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let exception = find(&web, &person, &id).await?;
    file(&web, &visitor, &person, &exception, None).await
}

/// `GET /disaster/paper`: what is written by hand while neither the collector nor a second factor is at hand. For anybody: it is blank.
pub(in crate::http::pages) async fn show_paper(Use(web): Use<Web>, visitor: Visitor) -> Result<Response, PageError> {
    let signed_in = session::find_signed_in(web.store.read(), &visitor.token.hash(), web.now()).await?;
    let visitor = visitor.reading(signed_in.as_ref().and_then(|s| s.language));
    let shell = shell("disaster-paper-title", &visitor, signed_in.as_ref().map(|s| &s.person));
    page(&DisasterPaperPage { shell, blank: 0..12 })
}

/// What can be done to one that stands so: (word, key).
const fn choices(phase: Phase) -> &'static [(&'static str, &'static str)] {
    match phase {
        Phase::Provisional => &[("ratify", "disaster-do-ratify"), ("refuse", "disaster-do-refuse")],
        Phase::On | Phase::Extended => {
            &[("extend", "disaster-do-extend"), ("lift-in", "disaster-do-lift-in"), ("lift", "disaster-do-lift")]
        }
        Phase::CleanUp => &[("report", "disaster-do-report")],
        Phase::Reported => &[("close", "disaster-do-close")],
        Phase::Closed => &[],
    }
}

async fn form_of_acts(web: &Web, exception: &Exception) -> Result<ExceptionForm, PageError> {
    let seen = disaster::count_acts(web.store.read(), exception.id).await?;
    let named: Vec<_> = places(web, exception).await?.into_iter().filter(|(_, _, lifted)| lifted.is_none()).collect();
    let in_part = named.len() > 1 && matches!(exception.phase, Phase::On | Phase::Extended);
    let offered = choices(exception.phase);
    let acts = offered.iter().filter(|(word, _)| in_part || *word != "lift-in");
    let asks_days = exception.phase.is_open();
    Ok(ExceptionForm {
        action: format!("/disaster/{}", exception.id),
        title: "disaster-act",
        about: "disaster-act-about",
        button: "disaster-act-do",
        hidden: vec![("seen", seen.to_string())],
        acts: acts.map(|(word, key)| Choice { value: (*word).to_owned(), text: Text::new(key), chosen: offered.len() == 1 }).collect(),
        places: if in_part {
            named.into_iter().map(|(value, text, _)| Choice { value, text, chosen: false }).collect()
        } else {
            Vec::new()
        },
        places_title: "disaster-field-places",
        days: asks_days.then(|| web.pack.parameters().disaster.expiry_days.to_string()),
        longest: LONGEST_REASON,
        ..ExceptionForm::default()
    })
}

async fn file(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    exception: &Exception,
    wrong: Option<(&Filled, Text)>,
) -> Result<Response, PageError> {
    let now = web.now();
    let form = if may(person.role, Right::Exempt) && exception.phase != Phase::Closed {
        let form = form_of_acts(web, exception).await?;
        Some(match wrong {
            Some((filled, error)) => filled.keep(form, error),
            None => form,
        })
    } else if let Some((_, error)) = wrong {
        return Err(PageError::Conflict(error));
    } else {
        None
    };
    let step = |line: disaster::Line| FileStep {
        what: line.kind.key(),
        who: line.name.map_or_else(|| Actor::label(&line.by).unwrap_or_else(|| Text::new("disaster-somebody")), Text::verbatim),
        why: line.why,
        event: Moment::new(line.event_at, now),
        entered: Moment::new(line.entered_at, now),
        until: line.until.map(|at| Moment::new(at, now)),
    };
    let places = places(web, exception).await?;
    let left = let_in::list_open(&web.store, exception.id, LEFT).await?;
    page(&ExceptionFile {
        shell: shell(Text::new("disaster-file-title").with("reach", reach(web, exception).await?), visitor, Some(person)),
        line: line(web, exception).await?,
        basis: exception.basis.clone(),
        entered: Moment::new(exception.entered_at, now),
        places: places.into_iter().map(|(_, name, lifted)| (name, lifted.map(|at| Moment::new(at, now)))).collect(),
        steps: disaster::list_steps(&web.store, exception.id).await?.into_iter().map(step).collect(),
        figures: figures(web, exception).await?,
        left: left.into_iter().map(|(id, name, n)| (id.to_string(), name, n)).collect(),
        form,
    })
}

/// What it let in, in numbers: (key, number).
async fn figures(web: &Web, exception: &Exception) -> Result<Vec<(&'static str, i64)>, PageError> {
    let figures = let_in::figures_of(web.store.read(), exception.id).await?;
    Ok(vec![
        ("let-in-own", figures.own),
        ("let-in-lent", figures.lent),
        ("let-in-guest", figures.guests),
        ("let-in-skipped", figures.skipped),
        ("let-in-papers", figures.papers),
        ("let-in-open", figures.open),
        ("gone-list", gone::count(web.store.read(), exception.id).await?),
    ])
}

/// `POST /disaster/{exception}`
pub(in crate::http::pages) async fn act(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Path(id): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let exception = find(&web, &person, &id).await?;
    let filled = Filled::new(typed);
    let mut tx = web.store.begin().await?;
    let (status, wrong) = if is_as_seen(&mut tx, (exception.region, exception.id), filled.get("seen")).await? {
        let wrong = match deed(&filled).and_then(|deed| Ok((deed, filled.act(&web, &person)?))) {
            Err(wrong) => wrong,
            Ok((deed, act)) => {
                let rules = &web.pack.parameters().disaster;
                match exceptions::act_on(&mut tx, &act, (exception.region, exception.id, None), deed, rules).await {
                    Ok(_) => {
                        tx.commit().await?;
                        return Ok(Redirect::to(&format!("/disaster/{}", exception.id)).into_response());
                    }
                    Err(failed) => refusal(failed)?,
                }
            }
        };
        tx.rollback().await?;
        (WRONG, wrong)
    } else {
        tx.rollback().await?;
        let now = find(&web, &person, &id).await?;
        // What was typed goes into the form where that can still be asked for.
        let asks_so = choices(now.phase).iter().any(|(word, _)| *word == filled.get("act"));
        match first(&web, &person, exception.id).await? {
            Some(first) if asks_so => (StatusCode::CONFLICT, first.on_form()),
            Some(first) => return Err(first.error()),
            None => return Err(PageError::Conflict(Text::new("disaster-refused-changed"))),
        }
    };
    let exception = find(&web, &person, &id).await?;
    let answer = file(&web, &visitor, &person, &exception, Some((&filled, wrong))).await?;
    Ok((status, answer).into_response())
}

fn deed(filled: &Filled) -> Result<Deed, Text> {
    Ok(match filled.get("act") {
        "ratify" => Deed::Ratify(filled.days()?),
        "refuse" => Deed::Refuse,
        "extend" => Deed::Extend(filled.days()?),
        "lift-in" => Deed::LiftIn(filled.all("place")),
        "lift" => Deed::Lift,
        "report" => Deed::Report,
        "close" => Deed::Close,
        _ => return Err(Text::of_field("disaster-wrong-act", "act")),
    })
}
