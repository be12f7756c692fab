//! Decides, from the table's entry, who may call a route, before its handler runs.
//! Invariant: another facility's or region's object answers exactly like one that does not exist.

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hashimori_shared::lang::Lang;

use super::live::asks_by_itself;
use super::routes::{Access, At, Needs, Object};
use super::visit::{Kept, Visitor, has_parts};
use super::{PageError, Web, banner, membership, sent};
use crate::domain::ids::{AreaId, CodeId, DeviceId, ExceptionId, FacilityId, NoticeId, PaperId, PersonId};
use crate::domain::membership::Doing;
use crate::domain::people::role::DeputyTerm;
use crate::domain::people::session::{TOUCH_EVERY_S, is_fresh};
use crate::domain::people::{Person, Right, Role, Scope, may};
use crate::store::belonging::Home;
use crate::store::session::{Setup, SignedIn};
use crate::store::{area, belonging, notice, person, session};
use crate::words::Text;

/// The signed-in person. Extracting it on a public route is a programming error and answers 500.
#[derive(Clone, Debug)]
pub(super) struct Who(pub Person);

/// Whether the person proved themself within the last ten minutes, for acts that only sometimes need it.
#[derive(Clone, Debug)]
pub(super) struct Fresh {
    is: bool,
    path: String,
}

impl Fresh {
    /// Sends the person to prove themself first, when they have not; what they typed is kept.
    pub(super) fn demand(&self) -> Result<(), PageError> {
        if self.is { Ok(()) } else { Err(PageError::StepUpNeeded(self.path.clone())) }
    }
}

/// An account being set up from a one-time link.
#[derive(Clone, Debug)]
pub(super) struct SettingUp(pub Setup);

/// A guarded route's entry and the state it needs.
#[derive(Clone)]
pub(super) struct Guard {
    pub web: Web,
    /// As the table says: a HEAD request counts as the GET it stands for.
    pub method: Method,
    pub access: Access,
    pub object: Object,
    pub needs: Needs,
    pub at: At,
}

/// The innermost layer of every route.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Result<Response, PageError> {
    let (mut parts, body) = request.into_parts();
    match admit(&guard, &mut parts).await {
        Ok(()) => Ok(next.run(Request::from_parts(parts, body)).await),
        // A form with a file comes unread; what was typed into it is not to be lost.
        Err(error) if guard.method != Method::GET && has_parts(&parts.headers) => {
            let typed = sent::typed(Request::from_parts(parts, body), &guard.web).await;
            let mut response = error.into_response();
            response.extensions_mut().insert(typed);
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

async fn admit(guard: &Guard, parts: &mut Parts) -> Result<(), PageError> {
    match guard.access {
        Access::Public => banner::tell(&guard.web, parts, None).await?,
        Access::SignedIn(right) | Access::Region(right) => {
            let SignedIn { person, proved_at, deputies, language, .. } = signed_in(guard, parts).await?;
            read_in(parts, language);
            banner::tell(&guard.web, parts, Some(person.scope)).await?;
            if matches!((guard.access, person.scope), (Access::Region(_), Scope::Facility(..))) {
                return Err(PageError::NotFound);
            }
            check_object(guard, parts, person.scope).await?;
            // Only now: whether a role may do something must not tell whether the object is there.
            check_right(&guard.web, &person, right, deputies)?;
            check_open(guard, parts).await?;
            let path = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
            let fresh = Fresh { is: is_fresh(proved_at, guard.web.now()), path };
            match guard.needs {
                Needs::Session => {}
                Needs::StepUp => fresh.demand()?,
            }
            parts.extensions.insert(fresh);
            parts.extensions.insert(Who(person));
        }
        Access::Setup => {
            let visitor = parts.extensions.get::<Visitor>().ok_or_else(|| PageError::internal("no visitor"))?;
            let setup = session::find_setup(guard.web.store.read(), &visitor.token.hash(), guard.web.now()).await?;
            let Some(setup) = setup else {
                return Err(if guard.method == Method::GET { PageError::LinkUnusable } else { PageError::SetUpOver });
            };
            read_in(parts, person::find_language(guard.web.store.read(), setup.person.id).await?);
            banner::tell(&guard.web, parts, Some(setup.person.scope)).await?;
            parts.extensions.insert(SettingUp(setup));
        }
    }
    Ok(())
}

pub(super) fn check_right(web: &Web, person: &Person, right: Right, deputies: Option<DeputyTerm>) -> Result<(), PageError> {
    if !may(person.role, right) {
        let role = Text::new(person.role.key());
        return Err(PageError::Said(StatusCode::FORBIDDEN, Text::new("people-not-your-role").with("role", role)));
    }
    let acts = web.pack.parameters().administrator.deputy || deputies.is_some_and(|term| term.holds(web.now()));
    if person.role == Role::Deputy && right != Right::OwnAccount && !acts {
        return Err(PageError::Said(StatusCode::FORBIDDEN, Text::new("people-deputy-rests")));
    }
    Ok(())
}

/// Whether the facility stands so that this is done there; what is only looked at always is.
async fn check_open(guard: &Guard, parts: &Parts) -> Result<(), PageError> {
    let doing = match (guard.method == Method::GET, guard.at) {
        (true, _) | (false, At::Any) => return Ok(()),
        (false, At::In) => Doing::Begin,
        (false, At::TakesPart) => Doing::WindUp,
    };
    let Some(Here(home)) = parts.extensions.get::<Here>() else { return Ok(()) };
    match membership::closed(&guard.web, *home, doing).await? {
        Some(why) => Err(PageError::Closed(why, parts.extensions.get::<Kept>().cloned().unwrap_or_default())),
        None => Ok(()),
    }
}

/// The account's choice of a language wins.
fn read_in(parts: &mut Parts, chosen: Option<Lang>) {
    if let (Some(lang), Some(visitor)) = (chosen, parts.extensions.get_mut::<Visitor>()) {
        visitor.lang = lang;
    }
}

async fn signed_in(guard: &Guard, parts: &Parts) -> Result<SignedIn, PageError> {
    let web = &guard.web;
    let visitor = parts.extensions.get::<Visitor>().ok_or_else(|| PageError::internal("no visitor"))?;
    let (hash, now) = (visitor.token.hash(), web.now());
    let Some(session) = session::find_signed_in(web.store.read(), &hash, now).await? else {
        return Err(if guard.method == Method::GET {
            PageError::SignInNeeded(parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned())
        } else {
            PageError::Expired(parts.extensions.get::<Kept>().cloned().unwrap_or_default())
        });
    };
    // A page that renews itself on an empty desk must not keep the session alive.
    if now.seconds_since(session.seen_at) >= TOUCH_EVERY_S && !asks_by_itself(&parts.headers) {
        let mut tx = web.store.begin().await?;
        session::touch(&mut tx, &hash, now).await?;
        tx.commit().await?;
    }
    Ok(session)
}

async fn check_object(guard: &Guard, parts: &mut Parts, scope: Scope) -> Result<(), PageError> {
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(PageError::internal)?;
    let param = |name: &str| params.iter().find(|(key, _)| *key == name).map(|(_, value)| value).ok_or(PageError::NotFound);
    let db = guard.web.store.read();
    let home = match guard.object {
        Object::None => return Ok(()),
        Object::Person => {
            let id: PersonId = param("person")?.parse().map_err(|_| PageError::NotFound)?;
            let region = belonging::of_person(db, id).await?;
            return if region == Some(scope.region()) { Ok(()) } else { Err(PageError::NotFound) };
        }
        Object::Exception => {
            let id: ExceptionId = param("exception")?.parse().map_err(|_| PageError::NotFound)?;
            let region = belonging::of_exception(db, id).await?;
            return if region == Some(scope.region()) { Ok(()) } else { Err(PageError::NotFound) };
        }
        Object::Area => {
            let id: AreaId = param("area")?.parse().map_err(|_| PageError::NotFound)?;
            let found = area::find(db, scope.region(), id).await?;
            return found.map(drop).ok_or(PageError::NotFound);
        }
        Object::Notice => {
            let id: NoticeId = param("notice")?.parse().map_err(|_| PageError::NotFound)?;
            let found = notice::find(db, scope.region(), id).await?;
            return found.map(drop).ok_or(PageError::NotFound);
        }
        Object::Facility => {
            let id: FacilityId = param("facility")?.parse().map_err(|_| PageError::NotFound)?;
            belonging::of_facility(db, id).await?
        }
        Object::Device => {
            let id: DeviceId = param("device")?.parse().map_err(|_| PageError::NotFound)?;
            belonging::of_device(db, id).await?
        }
        Object::Code => {
            let id: CodeId = param("code")?.parse().map_err(|_| PageError::NotFound)?;
            belonging::of_code(db, id).await?
        }
        Object::Paper => {
            let id: PaperId = param("paper")?.parse().map_err(|_| PageError::NotFound)?;
            belonging::of_paper(db, id).await?
        }
    };
    match home {
        Some(home) if scope.covers(home.region, home.facility) => {
            parts.extensions.insert(Here(home));
            Ok(())
        }
        Some(_) | None => Err(PageError::NotFound),
    }
}

impl FromRequestParts<Web> for Who {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PageError::internal("a public route asked who is signed in"))
    }
}

impl FromRequestParts<Web> for Fresh {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PageError::internal("a public route asked for a fresh proof"))
    }
}

/// Where the path's object belongs; it lies within the person's scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here(pub Home);

impl FromRequestParts<Web> for Here {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().copied().ok_or_else(|| PageError::internal("a route without an object asked where it belongs"))
    }
}

impl FromRequestParts<Web> for SettingUp {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PageError::internal("a route asked for an account being set up"))
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PageError::internal("no visitor"))
    }
}
