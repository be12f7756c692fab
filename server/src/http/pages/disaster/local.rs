//! A facility's page of 災害時特例: what holds here, and what the facility may do by itself while the 事務局 cannot be reached.

use axum::extract::State as Use;
use axum::response::{IntoResponse, Redirect, Response};

use super::region::form_of_activation;
use super::typed::Filled;
use super::{WRONG, line, refusal};
use crate::domain::disaster::{Exception, Phase};
use crate::domain::membership::Doing;
use crate::domain::people::role::LONGEST_REASON;
use crate::domain::people::{Person, Right, Scope, may};
use crate::exceptions::{self, Deed};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::membership::closed;
use crate::http::pages::papers::place;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::disaster;
use crate::store::disaster::{cover, let_in};
use crate::views::{Choice, ExceptionForm, FacilityDisasterPage};
use crate::words::Text;

/// `GET /facilities/{facility}/disaster`
pub(in crate::http::pages) async fn show_facility(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    facility_page(&web, &visitor, &person, home, None).await
}

async fn facility_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    wrong: Option<(&Filled, Text)>,
) -> Result<Response, PageError> {
    let facility = place(web, home).await?;
    let held = held(web, home).await?;
    let mut lines = Vec::new();
    for exception in &held {
        lines.push(line(web, exception).await?);
    }
    let form = if may(person.role, Right::ExemptLocally) {
        own_form(visitor, home, &held)
    } else {
        may(person.role, Right::Exempt).then(|| form_of_activation(web, visitor, Some(home.facility.to_string())))
    };
    let form = match (form, wrong) {
        (Some(form), Some((filled, error))) => Some(filled.keep(form, error)),
        (None, Some((_, error))) => return Err(PageError::Conflict(error)),
        (form, None) => form,
    };
    page(&FacilityDisasterPage {
        shell: shell(Text::new("disaster-facility-title").with("facility", facility.name.clone()), visitor, Some(person)),
        facility,
        in_region: matches!(person.scope, Scope::Region(_)),
        lines,
        form,
        may_register: may(person.role, Right::ExemptLocally),
        due: let_in::count_due(&web.store, home.facility, web.now()).await?,
    })
}

/// What holds over a facility.
async fn held(web: &Web, home: Home) -> Result<Vec<Exception>, PageError> {
    let mut db = web.store.read().acquire().await.map_err(PageError::internal)?;
    let mut held = Vec::new();
    for open in cover::open_over(&mut *db, home, web.now()).await? {
        held.extend(disaster::find(&mut db, home.region, open.id).await?);
    }
    Ok(held)
}

/// What the facility itself can do: begin one, or renew or take back the one it began; a drill never stands in the way. `None`: what
/// holds here is the 事務局's to end.
fn own_form(visitor: &Visitor, home: Home, held: &[Exception]) -> Option<ExceptionForm> {
    let action = format!("/facilities/{}/disaster", home.facility);
    let form = ExceptionForm { action, longest: LONGEST_REASON, ..ExceptionForm::default() };
    let choice = |word: &str, key| Choice { value: word.to_owned(), text: Text::new(key), chosen: false };
    let mut acts = vec![choice("renew", "disaster-do-renew"), choice("withdraw", "disaster-do-withdraw")];
    let own = |drill| held.iter().find(|exception| exception.phase == Phase::Provisional && exception.drill == drill);
    if let Some(own) = own(false) {
        let hidden = vec![("exception", own.id.to_string())];
        return Some(ExceptionForm { title: "disaster-own", about: "disaster-own-about", button: "disaster-act-do", hidden, acts, ..form });
    }
    if held.iter().any(|exception| !exception.drill) {
        return None;
    }
    let (title, about, basis) = ("disaster-begin", "disaster-begin-about", Text::new("disaster-basis-usual").in_lang(visitor.lang));
    let form = ExceptionForm { title, about, basis: Some(basis), ..form };
    Some(match own(true) {
        Some(own) => {
            acts.insert(0, choice("begin", "disaster-do-begin"));
            ExceptionForm { button: "disaster-act-do", hidden: vec![("exception", own.id.to_string())], acts, ..form }
        }
        None => ExceptionForm { button: "disaster-begin-do", hidden: vec![("act", "begin".to_owned())], drill: Some(false), ..form },
    })
}

/// `POST /facilities/{facility}/disaster`
pub(in crate::http::pages) async fn act_locally(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let filled = Filled::new(typed);
    let Some(wrong) = done(&web, &person, home, &filled).await? else {
        return Ok(Redirect::to(&format!("/facilities/{}/disaster", home.facility)).into_response());
    };
    let answer = facility_page(&web, &visitor, &person, home, Some((&filled, wrong))).await?;
    Ok((WRONG, answer).into_response())
}

/// Does what was asked; what is wrong with it, if anything.
async fn done(web: &Web, person: &Person, home: Home, filled: &Filled) -> Result<Option<Text>, PageError> {
    if matches!(filled.get("act"), "begin" | "renew")
        && let Some(why) = closed(web, home, Doing::Begin).await?
    {
        return Ok(Some(why));
    }
    let act = match filled.act(web, person) {
        Ok(act) => act,
        Err(wrong) => return Ok(Some(wrong)),
    };
    let rules = &web.pack.parameters().disaster;
    let mut tx = web.store.begin().await?;
    let done = match filled.get("act") {
        "begin" => match filled.basis() {
            Ok(basis) => exceptions::begin(&mut tx, &act, home, (basis, filled.ticked("drill")), rules).await,
            Err(wrong) => return Ok(Some(wrong)),
        },
        word => {
            let deed = match word {
                "renew" => Deed::Renew,
                "withdraw" => Deed::Withdraw,
                _ => return Ok(Some(Text::of_field("disaster-wrong-act", "act"))),
            };
            let id = filled.get("exception").parse().map_err(|_| PageError::NotFound)?;
            exceptions::act_on(&mut tx, &act, (home.region, id, Some(home)), deed, rules).await
        }
    };
    match done {
        Ok(_) => {
            tx.commit().await?;
            Ok(None)
        }
        Err(failed) => {
            tx.rollback().await?;
            refusal(failed).map(Some)
        }
    }
}
