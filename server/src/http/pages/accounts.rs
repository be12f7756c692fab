//! Accounts of a region, for its 事務局: who can sign in how, and a new one-time link for somebody who has lost the way in.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::guard::Who;
use super::setup::{put_once, take_once};
use super::typed::{Asked, Typed};
use super::visit::Visitor;
use super::{PageError, Web, page, page_once, shell};
use crate::accounts::{self, Handing};
use crate::domain::ids::PersonId;
use crate::domain::people::{Right, Scope, may};
use crate::store::person::{self, Account};
use crate::store::session;
use crate::views::{AccountLine, AccountsPage, IssuedLink, IssuedLinkPage, Moment};
use crate::words::Text;

/// Accounts on one page.
const ACCOUNTS: u16 = 50;

/// Where the list begins: after this id.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

/// `GET /accounts`
pub(super) async fn show_accounts(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let now = web.now();
    let after: Option<PersonId> = asked.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let mut known = person::list(web.store.read(), who.scope.region(), after, ACCOUNTS + 1, now).await?;
    let more = known.len() > usize::from(ACCOUNTS);
    known.truncate(usize::from(ACCOUNTS));
    let next = known.last().filter(|_| more).map(|last| format!("/accounts?after={}", last.person.id));
    let line = |account: Account| AccountLine {
        own: account.person.id == who.id,
        regional: matches!(account.person.scope, Scope::Region(_)),
        id: account.person.id.to_string(),
        name: account.person.name,
        login: account.person.login.to_string(),
        role: account.person.role.key(),
        facility: account.facility,
        ways: ways(&account.ways),
        signed_in: account.signed_in_at.map(|at| Moment::new(at, now)),
        link_until: account.link_until.map(|until| Text::new("accounts-link-until").with("until", until)),
    };
    page(&AccountsPage {
        shell: shell("accounts-title", &visitor, Some(&who)),
        looks_after: may(who.role, Right::Restore),
        accounts: known.into_iter().map(line).collect(),
        next,
        paged: asked.after.is_some(),
    })
}

fn ways(ways: &crate::domain::people::ways::Ways) -> Vec<Text> {
    let password = ways.has_password_and_app().then_some(Text::new("accounts-way-password"));
    let passkeys = (ways.passkeys > 0).then(|| Text::new("accounts-way-passkeys").with("n", ways.passkeys));
    passkeys.into_iter().chain(password).collect()
}

/// How the link is to come to its owner.
#[derive(Debug, Default, Deserialize)]
pub(super) struct How {
    /// `screen`, or by mail where that is possible.
    #[serde(default)]
    by: String,
}

/// `POST /accounts/{person}/reset`: a new one-time link; the person's sessions end at once.
/// Where there is a registered address it is mailed there, unless the owner cannot read it.
pub(super) async fn reset(
    State(web): State<Web>,
    visitor: Visitor,
    Who(who): Who,
    Path(id): Path<String>,
    Typed(how): Typed<How>,
) -> Result<Response, PageError> {
    let id: PersonId = id.parse().map_err(|_| PageError::NotFound)?;
    if id == who.id {
        return Err(PageError::Conflict(Text::new("accounts-own")));
    }
    let now = web.now();
    let account = person::find(web.store.read(), who.scope.region(), id, now).await?.ok_or(PageError::NotFound)?;
    let mut tx = web.store.begin().await?;
    let handing = if web.settings.mail && how.by != "screen" { Handing::Mailed(&web.master) } else { Handing::Shown };
    let invited = accounts::issue_link(&mut tx, &web.random, now, (&account.person, handing), Some(&who)).await?;
    session::delete_of(&mut tx, id).await?;
    let url = if invited.mailed { String::new() } else { format!("{}{}", web.settings.public_url, invited.path) };
    let once = format!("{url}\n{}\n{}\n{id}", invited.expires_at.seconds(), account.person.name);
    put_once(&web, &mut tx, &visitor, &once).await?;
    tx.commit().await?;
    Ok(Redirect::to("/accounts/issued").into_response())
}

/// `GET /accounts/issued`: the link, once.
pub(super) async fn show_issued(State(web): State<Web>, visitor: Visitor, Who(who): Who) -> Result<Response, PageError> {
    let link = take_once(&web, &visitor).await?.and_then(|once| {
        let mut lines = once.lines().map(str::to_owned);
        let (url, expires_at) = (lines.next()?, Timestamp::from_seconds(lines.next()?.parse().ok()?));
        let name = lines.next()?;
        let again = lines.next().filter(|_| url.is_empty()).map(|id| format!("/accounts/{id}/reset"));
        Some(IssuedLink { url: Some(url).filter(|url| !url.is_empty()), again, expires_at: expires_at.into(), name })
    });
    page_once(&IssuedLinkPage { shell: shell("accounts-issued-title", &visitor, Some(&who)), link })
}
