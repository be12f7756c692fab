//! 事業所の定め (§26): a facility files numbers of its own, the 事務局 reads them all and accepts or refuses what loosens. A filing in
//! force judges the facility's devices; pages that show a pack's numbers for one facility ask `pack_at`.

use std::sync::Arc;

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::{OwnParameter, OwnRules, OwnValue, Pack};
use serde::Deserialize;

use super::guard::{Here, Who};
use super::membership::closed;
use super::overtaken::First;
use super::papers::place;
use super::typed::{Asked, Typed, given};
use super::visit::{Fields, Visitor};
use super::{PageError, Web, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::ids::{FacilityId, OwnRulesId, RegionId};
use crate::domain::membership::Doing;
use crate::domain::own_rules::{Draft, Stage, Step, name_key, unit_keys, value_text};
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::domain::people::{Person, Right, may};
use crate::store::belonging::Home;
use crate::store::own_rules::{self, Filed, Hand, Mark, NewOwnRules};
use crate::store::{Error, region};
use crate::views::{FiledView, ListedFiling, Moment, OwnField, OwnGroup, OwnLine, OwnRulesListPage, OwnRulesPage, Place, Said};
use crate::words::Text;

/// Filings on a facility's page, and on one page of the region's list.
const FILINGS: u16 = 30;
const LINES: u16 = 50;
/// Waiting filings listed; the count on the overview says when there are more.
const WAITING: u16 = 200;

/// The pack of a region without any facility's own rules.
async fn pack_of(web: &Web, region: RegionId) -> Result<Pack, Error> {
    let id = region::find(&web.store, region).await?.map_or_else(|| web.pack.id().to_owned(), |found| found.pack);
    Ok(web.books.borrow().pack(&id).unwrap_or(&web.pack).clone())
}

/// The pack that a facility's devices are judged by.
pub(super) async fn pack_at(web: &Web, home: Home) -> Result<Arc<Pack>, Error> {
    let pack = pack_of(web, home.region).await?;
    let own = own_rules::in_force(web.store.read(), home.facility).await?;
    let laid = own.and_then(|own| web.books.borrow().pack_with(pack.id(), &own));
    Ok(laid.unwrap_or_else(|| Arc::new(pack)))
}

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Opened {
    done: Option<String>,
}

/// What the page says first, and what was typed before.
#[derive(Default)]
struct Before {
    done: Option<&'static str>,
    error: Option<Text>,
    /// The form for filing, where that is what was sent.
    typed: Option<Fields>,
    why: String,
    /// The filing that was to be withdrawn or decided on; empty: a new one was typed.
    filing: String,
}

/// `GET /facilities/{facility}/own-rules`
pub(super) async fn show(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(opened): Asked<Opened>,
) -> Result<Response, PageError> {
    let done = match opened.done.as_deref() {
        Some("filed") => Some("own-done-filed"),
        Some("waiting") => Some("own-done-waiting"),
        Some("withdrawn") => Some("own-done-withdrawn"),
        Some("accepted") => Some("own-done-accepted"),
        Some("refused") => Some("own-done-refused"),
        Some(_) | None => None,
    };
    own_rules_page(&web, &visitor, (&person, home), Before { done, ..Before::default() }).await
}

async fn own_rules_page(web: &Web, visitor: &Visitor, (person, home): (&Person, Home), before: Before) -> Result<Response, PageError> {
    let facility = place(web, home).await?;
    let pack = pack_of(web, home.region).await?;
    let mut filings = own_rules::list(&web.store, home.facility, FILINGS).await?;
    let seen = filings.first().map_or(0, |newest| newest.number);
    let at = filings.iter().position(|filed| filed.stage == Stage::InForce);
    let present = at.map(|at| filings.remove(at));
    let own = present.as_ref().and_then(|filed| filed.rules.clone()).unwrap_or_default();
    let typed = |parameter: OwnParameter| match &before.typed {
        Some(typed) => given(typed, parameter.key()).to_owned(),
        None => own.get(parameter).map(as_typed).unwrap_or_default(),
    };
    page(&OwnRulesPage {
        shell: shell("own-title", visitor, Some(person)),
        facility,
        may_file: may(person.role, Right::FileRules),
        done: before.done,
        error: before.error,
        groups: groups(&pack, visitor.lang, typed),
        seen,
        present: present.map(|filed| view(&pack, person, filed)),
        filings: filings.into_iter().map(|filed| view(&pack, person, filed)).collect(),
        why: before.why,
        of_filing: before.filing,
        longest_reason: LONGEST_REASON,
    })
}

/// A value as the form takes it.
fn as_typed(value: OwnValue) -> String {
    match value {
        OwnValue::Switch(true) => "on".to_owned(),
        OwnValue::Switch(false) => "off".to_owned(),
        OwnValue::Number(n) => n.to_string(),
    }
}

fn groups(pack: &Pack, lang: Lang, typed: impl Fn(OwnParameter) -> String) -> Vec<OwnGroup> {
    let mut groups: Vec<(&'static str, OwnGroup)> = Vec::new();
    for &parameter in OwnParameter::ALL {
        let (region, clause) = (parameter.of(pack.parameters()), parameter.clause());
        let is_switch = matches!(region, OwnValue::Switch(_));
        let name = Text::new(name_key(parameter));
        let label =
            if is_switch { name } else { Text::new("own-field-unit").with("name", name).with("unit", Text::new(unit_keys(parameter).1)) };
        let field = OwnField {
            key: parameter.key(),
            label,
            region: value_text(parameter, region),
            typed: typed(parameter),
            is_switch,
            can_be_off: parameter.can_be_off(),
        };
        if let Some((_, group)) = groups.iter_mut().find(|(known, _)| *known == clause) {
            group.fields.push(field);
        } else {
            let title = pack.clause(clause).map(|known| (clause, Said::of(&known.title, lang)));
            groups.push((clause, OwnGroup { clause: title, fields: vec![field] }));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn view(pack: &Pack, person: &Person, filed: Filed) -> FiledView {
    let named = |key, mark: &Mark| {
        let by = mark.by.clone().map_or(Text::new("oplog-erased"), Text::Verbatim);
        Text::new(key).with("at", mark.at).with("by", by).with("why", mark.why.clone())
    };
    let mut notes = vec![named("own-filed", &filed.filed), Text::new("own-reason").with("why", filed.filed.why.clone())];
    if let Some(mark) = &filed.decided {
        notes.push(named(if filed.stage == Stage::Refused { "own-refused" } else { "own-accepted" }, mark));
    }
    if let Some(mark) = &filed.ended {
        notes.push(named(if filed.stage == Stage::Withdrawn { "own-withdrawn" } else { "own-superseded" }, mark));
    }
    FiledView {
        id: filed.id.to_string(),
        number: filed.number,
        stage: filed.stage.key(),
        lines: filed.rules.map(|rules| lines(pack, &rules)),
        notes,
        may_decide: may(person.role, Right::DecideRules) && filed.stage.after(Step::Accept).is_ok(),
        may_withdraw: may(person.role, Right::FileRules) && filed.stage.after(Step::Withdraw).is_ok(),
    }
}

fn lines(pack: &Pack, rules: &OwnRules) -> Vec<OwnLine> {
    let line = |(parameter, value): (OwnParameter, OwnValue)| {
        let region = parameter.of(pack.parameters());
        OwnLine {
            clause: parameter.clause(),
            name: name_key(parameter),
            own: value_text(parameter, value),
            region: value_text(parameter, region),
            looser: !parameter.holds(region, value),
        }
    };
    rules.iter().map(line).collect()
}

/// `POST /facilities/{facility}/own-rules`
pub(super) async fn file(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let now = web.now();
    let pack = pack_of(&web, home.region).await?;
    let shut = closed(&web, home, Doing::Begin).await?;
    let mut tx = web.store.begin_ledger().await?;
    // Of two at once the second sees what the first one filed.
    let newest = own_rules::list(&web.store, home.facility, 1).await?.pop();
    let overtaken = newest.filter(|newest| given(&typed, "seen").parse().is_ok_and(|seen: i64| seen < newest.number));
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let error = match (shut, overtaken, Draft::read(&pack, given(&typed, "why"), |key| given(&typed, key))) {
        (Some(why), _, _) => why,
        (None, Some(newest), _) => {
            status = StatusCode::CONFLICT;
            first(&person, &newest.filed, What::OwnRulesFiled).on_form()
        }
        (None, None, Err(invalid)) => invalid.text(),
        (None, None, Ok(draft)) => {
            let over = format!("{} {}", pack.id(), pack.revision());
            let new = NewOwnRules {
                id: OwnRulesId::new(web.random.uuid(now)),
                region: home.region,
                facility: home.facility,
                by: person.id,
                at: now,
                pack: &over,
                draft: &draft,
            };
            if let Some(number) = own_rules::insert(&mut tx, &new).await? {
                let stage = Stage::of_new(&draft.looser);
                let rules = draft.rules.to_text().replace(" = ", "=").replace('\n', " ");
                let done = Done::by_person(&person, What::OwnRulesFiled, now).at_facility(home.region, home.facility);
                let note = format!("own_rules={} number={number} stage={} {}", new.id, stage.as_str(), rules.trim_end());
                web.log(&mut tx, &done.noting(note).saying(draft.reason.clone())).await?;
                tx.commit().await?;
                return Ok(back(home.facility, if draft.looser.is_empty() { "filed" } else { "waiting" }));
            }
            Text::new("own-same")
        }
    };
    tx.rollback().await?;
    let before = Before { done: None, error: Some(error), why: given(&typed, "why").to_owned(), typed: Some(typed), filing: String::new() };
    let answer = own_rules_page(&web, &visitor, (&person, home), before).await?;
    Ok((status, answer).into_response())
}

/// What somebody did with a filing.
fn first(reader: &Person, mark: &Mark, what: What) -> First {
    First::of(reader, (&mark.by_word, mark.by.as_deref()), mark.at, what.key())
}

/// Somebody was quicker with a filing: it was decided on, withdrawn, or another one took its place.
async fn overtaken(web: &Web, reader: &Person, home: Home, id: OwnRulesId) -> Result<PageError, PageError> {
    let filings = own_rules::list(&web.store, home.facility, FILINGS).await?;
    let filed = filings.iter().find(|filed| filed.id == id);
    let last = filed.and_then(|filed| {
        let mark = filed.ended.as_ref().or(filed.decided.as_ref())?;
        let what = match filed.stage {
            Stage::InForce => What::OwnRulesAccepted,
            Stage::Refused => What::OwnRulesRefused,
            Stage::Withdrawn => What::OwnRulesWithdrawn,
            Stage::Superseded | Stage::Waiting => What::OwnRulesFiled,
        };
        Some(first(reader, mark, what))
    });
    Ok(last.map_or_else(gone, First::error))
}

fn gone() -> PageError {
    PageError::Conflict(Text::new("own-gone"))
}

fn back(facility: FacilityId, done: &str) -> Response {
    Redirect::to(&format!("/facilities/{facility}/own-rules?done={done}")).into_response()
}

/// `POST /facilities/{facility}/own-rules/decide`
pub(super) async fn decide(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let chosen = match given(&typed, "decision") {
        "accept" => Ok((Step::Accept, What::OwnRulesAccepted, "accepted")),
        "refuse" => Ok((Step::Refuse, What::OwnRulesRefused, "refused")),
        _ => Err(Text::new("own-no-decision")),
    };
    take_step(&web, &visitor, (&person, home), chosen, &typed).await
}

/// `POST /facilities/{facility}/own-rules/withdraw`
pub(super) async fn withdraw(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    take_step(&web, &visitor, (&person, home), Ok((Step::Withdraw, What::OwnRulesWithdrawn, "withdrawn")), &typed).await
}

async fn take_step(
    web: &Web,
    visitor: &Visitor,
    (person, home): (&Person, Home),
    chosen: Result<(Step, What, &str), Text>,
    typed: &Fields,
) -> Result<Response, PageError> {
    let why = reason(given(typed, "why")).map_err(|_| Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON));
    let ((step, what, said), why) = match (chosen, why) {
        (Ok(chosen), Ok(why)) => (chosen, why),
        (Err(error), _) | (Ok(_), Err(error)) => {
            let (why, filing) = (given(typed, "why").to_owned(), given(typed, "filing").to_owned());
            let before = Before { error: Some(error), why, filing, ..Before::default() };
            let answer = own_rules_page(web, visitor, (person, home), before).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
        }
    };
    let id: OwnRulesId = given(typed, "filing").parse().map_err(|_| gone())?;
    let now = web.now();
    let mut tx = web.store.begin_ledger().await?;
    let hand = Hand { by: person.id, at: now, why: &why };
    let Some(number) = own_rules::step(&mut tx, home.facility, id, step, hand).await? else {
        tx.rollback().await?;
        return Err(overtaken(web, person, home, id).await?);
    };
    let done = Done::by_person(person, what, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.noting(format!("own_rules={id} number={number}")).saying(why.clone())).await?;
    tx.commit().await?;
    Ok(back(home.facility, said))
}

/// Where the list begins: before this filing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Earlier {
    before: Option<String>,
}

/// `GET /own-rules`
pub(super) async fn list(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(asked): Asked<Earlier>,
) -> Result<Response, PageError> {
    let before: Option<OwnRulesId> = asked.before.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let region = person.scope.region();
    let waiting = if before.is_none() { own_rules::list_waiting(&web.store, region, WAITING).await? } else { Vec::new() };
    let mut lines = own_rules::list_in_region(&web.store, region, before, LINES + 1).await?;
    let more = lines.len() > usize::from(LINES);
    lines.truncate(usize::from(LINES));
    let next = lines.last().filter(|_| more).map(|last| format!("/own-rules?before={}", last.id));
    let listed = |filed: Filed| ListedFiling {
        facility: Place { id: filed.facility.to_string(), name: filed.facility_name },
        number: filed.number,
        stage: filed.stage.key(),
        looser: filed.loosens,
        reason: filed.filed.why,
        filed: Moment::new(filed.filed.at, web.now()),
    };
    page(&OwnRulesListPage {
        shell: shell("own-list-title", &visitor, Some(&person)),
        waiting: waiting.into_iter().map(listed).collect(),
        lines: lines.into_iter().map(listed).collect(),
        next,
        paged: before.is_some(),
    })
}
