//! 外部連携 of a facility or the region, on one page: tokens with which machines read, and webhooks by which they are told.
//! The facility's are its own business, the region's the 事務局's.

mod hooks;
mod tokens;

use axum::extract::{FromRequestParts, State as Use};
use axum::http::request::Parts;
use axum::response::Response;

pub(super) use hooks::{act_on_webhook, make_webhook};
pub(super) use tokens::{make_token, revoke_token};

use super::guard::{Here, Who};
use super::setup::take_once;
use super::visit::Visitor;
use super::{PageError, Web, page, page_once, shell};
use crate::domain::people::{Person, Right, Scope, may};
use crate::domain::token::{self, DAYS, Grant, LONGEST_LABEL};
use crate::domain::webhook::{LONGEST_URL, Topic};
use crate::store::api_token::{self, ApiToken};
use crate::store::facility;
use crate::views::{ConnectionIssuedPage, ConnectionsPage, HookForm, Moment, Place, TokenForm, TokenLine};
use crate::words::Text;

/// Whose connections: those of the path's facility, else of the region of who is signed in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat(Scope);

impl Seat {
    fn base(self) -> String {
        match self.0 {
            Scope::Region(_) => "/connections".to_owned(),
            Scope::Facility(_, facility) => format!("/facilities/{facility}/connections"),
        }
    }

    /// Whether somebody makes and ends them.
    fn may_change(self, person: &Person) -> bool {
        let right = match self.0 {
            Scope::Region(_) => Right::Connect,
            Scope::Facility(..) => Right::ConnectLocally,
        };
        may(person.role, right)
    }

    async fn place(self, web: &Web) -> Result<Option<Place>, PageError> {
        let Scope::Facility(region, facility) = self.0 else { return Ok(None) };
        let facility = facility::find(&web.store, region, facility).await?.ok_or(PageError::NotFound)?;
        Ok(Some(Place { id: facility.id.to_string(), name: facility.name }))
    }
}

impl FromRequestParts<Web> for Seat {
    type Rejection = PageError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, PageError> {
        if let Some(Here(home)) = parts.extensions.get::<Here>() {
            return Ok(Self(Scope::Facility(home.region, home.facility)));
        }
        let Who(person) = Who::from_request_parts(parts, web).await?;
        Ok(Self(Scope::Region(person.scope.region())))
    }
}

/// `GET /connections`, `GET /facilities/{facility}/connections`
pub(super) async fn show_connections(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, seat: Seat) -> Result<Response, PageError> {
    connections_page(&web, &visitor, (&person, seat), Typing::default()).await
}

/// What was typed into one of the page's forms, and what is wrong with it.
#[derive(Default)]
struct Typing {
    token: TokenForm,
    hook: HookForm,
    /// Whether the webhook is what was typed.
    of_hook: bool,
    error: Option<Text>,
}

async fn connections_page(
    web: &Web,
    visitor: &Visitor,
    (person, seat): (&Person, Seat),
    Typing { token: typed, hook, of_hook, error }: Typing,
) -> Result<Response, PageError> {
    let now = web.now();
    let tokens = api_token::list(web.store.read(), seat.0, now).await?;
    let line = |token: ApiToken| TokenLine {
        id: token.id.to_string(),
        grants: token.grants.iter().map(|grant| grant.key()).collect(),
        made: Moment::new(token.made_at, now),
        by: token.made_by.map_or(Text::new("oplog-erased"), Text::verbatim),
        ends: Text::Day(token.ends_at),
        used: token.used_at.map(|at| Moment::new(at, now)),
        label: token.label,
    };
    page(&ConnectionsPage {
        shell: shell("connect-title", visitor, Some(person)),
        place: seat.place(web).await?,
        base: seat.base(),
        may_change: seat.may_change(person),
        tokens: tokens.into_iter().map(line).collect(),
        grants: Grant::ALL
            .iter()
            .map(|grant| (grant.as_str(), grant.key(), typed.grants.iter().any(|one| one == grant.as_str())))
            .collect(),
        days: DAYS.iter().map(|days| (*days, typed.days == days.to_string())).collect(),
        label: typed.label,
        longest: LONGEST_LABEL,
        hooks: hooks::lines(web, seat.0).await?,
        topics: Topic::ALL.iter().map(|topic| (topic.as_str(), topic.key(), hook.topics.iter().any(|one| one == topic.as_str()))).collect(),
        hook_label: hook.label,
        url: hook.url,
        longest_url: LONGEST_URL,
        error,
        of_hook,
    })
}

/// `GET …/connections/issued`: what was made, once.
pub(super) async fn show_issued(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, seat: Seat) -> Result<Response, PageError> {
    let once = take_once(&web, &visitor).await?;
    page_once(&ConnectionIssuedPage {
        shell: shell("connect-issued-title", &visitor, Some(&person)),
        place: seat.place(&web).await?,
        base: seat.base(),
        address: format!("{}/api/v1", web.settings.public_url),
        is_token: once.as_deref().is_some_and(|secret| token::shown(secret).is_some()),
        secret: once,
    })
}
