//! A facility's page of 災害時特例: what holds here, and what the facility may do by itself while the 事務局 cannot be reached.

use axum::extract::State as Use;
use axum::response::{IntoResponse, Redirect, Response};

use super::region::form_of_activation;
use super::typed::Filled;
use super::{WRONG, is_as_seen, line, overtaken, refusal};
use crate::domain::disaster::{Exception, Phase, Reach};
use crate::domain::membership::Doing;
use crate::domain::people::role::LONGEST_REASON;
use crate::domain::people::{Person, Right, Scope, may};
use crate::exceptions::{self, Deed, Failed};
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
        own_form(web, visitor, home, &held).await?
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

/// Whether it covers this facility alone. Who acted on another one is not for this facility to know.
fn is_of(exception: &Exception, home: Home) -> bool {
    match &exception.reach {
        Reach::Facilities(places) => places.iter().all(|place| place.what == home.facility),
        Reach::Region | Reach::Areas(_) => false,
    }
}

/// What the facility itself can do: begin one, or renew or take back the one it began; a drill never stands in the way. `None`: what
/// holds here is the 事務局's to end.
async fn own_form(web: &Web, visitor: &Visitor, home: Home, held: &[Exception]) -> Result<Option<ExceptionForm>, PageError> {
    let action = format!("/facilities/{}/disaster", home.facility);
    let form = ExceptionForm { action, longest: LONGEST_REASON, ..ExceptionForm::default() };
    let choice = |word: &str, key| Choice { value: word.to_owned(), text: Text::new(key), chosen: false };
    let mut acts = vec![choice("renew", "disaster-do-renew"), choice("withdraw", "disaster-do-withdraw")];
    let own = |drill| held.iter().find(|exception| exception.phase == Phase::Provisional && exception.drill == drill);
    let as_seen = async |own: &Exception| -> Result<_, PageError> {
        let seen = disaster::count_acts(web.store.read(), own.id).await?;
        Ok(vec![("exception", own.id.to_string()), ("seen", seen.to_string())])
    };
    if let Some(own) = own(false) {
        let (title, hidden) = ("disaster-own", as_seen(own).await?);
        return Ok(Some(ExceptionForm { title, about: "disaster-own-about", button: "disaster-act-do", hidden, acts, ..form }));
    }
    if held.iter().any(|exception| !exception.drill) {
        return Ok(None);
    }
    let (title, about, basis) = ("disaster-begin", "disaster-begin-about", Text::new("disaster-basis-usual").in_lang(visitor.lang));
    let form = ExceptionForm { title, about, basis: Some(basis), ..form };
    Ok(Some(match own(true) {
        Some(own) => {
            acts.insert(0, choice("begin", "disaster-do-begin"));
            ExceptionForm { button: "disaster-act-do", hidden: as_seen(own).await?, acts, ..form }
        }
        None => ExceptionForm { button: "disaster-begin-do", hidden: vec![("act", "begin".to_owned())], drill: Some(false), ..form },
    }))
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
            let own = disaster::find(&mut tx, home.region, id).await?.is_some_and(|found| is_of(&found, home));
            if own && !is_as_seen(&mut tx, (home.region, id), filled.get("seen")).await? {
                tx.rollback().await?;
                return Err(overtaken(web, person, id, "disaster-refused-changed").await?);
            }
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
            let drill = filled.ticked("drill");
            let there = held(web, home).await?.into_iter().rfind(|exception| exception.drill == drill);
            match (failed, there) {
                (Failed::Covered, Some(there)) => Err(overtaken(web, person, there.id, "disaster-refused-covered").await?),
                (failed, _) => refusal(failed).map(Some),
            }
        }
    }
}
