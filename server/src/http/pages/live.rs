//! Pages that renew themselves where JavaScript runs. Such a page carries a revision of what it was made from; its script asks for the
//! same page with that revision, and hears 304 and nothing more for as long as it holds.
//!
//! A revision sums up roll-ups, alerts and ranks that are read by key: asking costs no look at any device, however many there are.

use std::convert::Infallible;
use std::fmt::Debug;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::overview::vacancies;
use super::{PageError, Web};
use crate::domain::act::What;
use crate::domain::paper::ForSecretariat;
use crate::store::belonging::Home;
use crate::store::disaster::cover;
use crate::store::log::ChainState;
use crate::store::rank::{self, Position, Sought};
use crate::store::{alert, backup, log, mail, own_rules, paper, rollup};

/// Acts after which a page reads as before.
const QUIET: &[What] = &[What::SignedIn, What::SignInFailed, What::SignedOut, What::SessionsEnded, What::DeviceViewed, What::Exported];

/// The revision that the asking page shows; `None`: a person opens the page.
#[derive(Clone, Debug)]
pub(super) struct Shown(Option<String>);

/// Whether a page's script asks, and nobody: that is no sign of life from a person.
pub(super) fn asks_by_itself(headers: &HeaderMap) -> bool {
    // Pages are `no-store`: no browser has one to ask about by itself.
    headers.contains_key(header::IF_NONE_MATCH)
}

impl FromRequestParts<Web> for Shown {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Infallible> {
        let tag = parts.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        Ok(Self(tag.map(|tag| tag.trim_matches('"').to_owned())))
    }
}

impl Shown {
    /// The answer where nothing has changed.
    pub(super) fn unchanged(&self, revision: &str) -> Option<Response> {
        (self.0.as_deref() == Some(revision)).then(|| StatusCode::NOT_MODIFIED.into_response())
    }
}

/// Of what a facility's pages show.
pub(super) async fn of_facility(web: &Web, home: Home) -> Result<String, PageError> {
    let (store, scope) = (&web.store, rollup::Scope::Facility(home.facility));
    let counts = (rollup::counts(store, scope).await?, rollup::clause_counts(store, scope).await?);
    let said = (alert::count(store, home.facility).await?, log::newest_but(store, home.facility, QUIET).await?);
    let excepted = cover::open_over(store.read(), home, web.now()).await?;
    Ok(revision(&(web.now().jst_day(), counts, said, excepted)))
}

/// Of what a region's overview shows on this page of its list.
pub(super) async fn of_region(web: &Web, sought: Sought<'_>, (after, most): (Option<Position>, u16)) -> Result<String, PageError> {
    let (store, region) = (&web.store, sought.region);
    let scope = rollup::Scope::Region(region);
    let counts = (rollup::counts(store, scope).await?, rank::list(store, sought, after, most).await?);
    let told = (alert::count_open(store, scope).await?, vacancies(web, region).await?);
    let which = ForSecretariat::of(&web.pack.parameters().approval);
    let decisions = paper::count_for_secretariat(store, region, which).await?;
    let papers = (paper::count_incidents(store, region).await?, decisions, own_rules::count_waiting(store, region).await?);
    let excepted = cover::open_in(store.read(), region, web.now()).await?;
    let letters = mail::troubles(store.read(), region).await?;
    let itself = (backup::last(store).await?, matches!(log::state(store).await?, ChainState::Broken { .. }), letters);
    Ok(revision(&(web.now().jst_day(), counts, told, (papers, excepted), itself)))
}

/// Another version of the program may tell the same otherwise: pages renew themselves once then, no more.
fn revision(parts: &impl Debug) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(format!("{parts:?}"))[..12])
}
