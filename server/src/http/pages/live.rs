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
use hashimori_shared::time::Timestamp;
use sha2::{Digest as _, Sha256};

use super::overview::vacancies;
use super::{PageError, Web};
use crate::domain::act::What;
use crate::domain::paper::ForSecretariat;
use crate::domain::summary::Summary;
use crate::store::backup::Made;
use crate::store::belonging::Home;
use crate::store::disaster::cover::{self, Open};
use crate::store::log::ChainState;
use crate::store::rank::{self, Position, Ranked, Sought};
use crate::store::{Store, alert, backup, log, mail, membership, own_rules, paper, rollup};

/// Acts after which a page reads as before.
const QUIET: &[What] =
    &[What::SignedIn, What::SignInFailed, What::SignedOut, What::SessionsEnded, What::DeviceViewed, What::FileOpened, What::Exported];

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

/// What a facility's pages show and their revision sums up: read once, for both.
pub(super) struct OfFacility {
    pub counts: Vec<rollup::Count>,
    pub clauses: Vec<rollup::ClauseCount>,
    /// How many alerts are open, and when something last happened.
    pub alerts: (i64, i64),
    pub excepted: Vec<Open>,
    last_act: Option<(i64, usize)>,
    today: i64,
}

impl OfFacility {
    pub(super) async fn read(web: &Web, home: Home) -> Result<Self, PageError> {
        let (store, scope, today) = (&web.store, rollup::Scope::Facility(home.facility), web.now().jst_day());
        Ok(Self {
            counts: rollup::grouped(store, scope, today, &web.pack.parameters().staleness).await?,
            clauses: rollup::clause_counts(store, scope).await?,
            alerts: alert::count(store, home.facility).await?,
            excepted: cover::open_over(store.read(), home, web.now()).await?,
            last_act: log::newest_but(store, home.facility, QUIET).await?,
            today,
        })
    }

    pub(super) fn revision(&self) -> String {
        let Self { counts, clauses, alerts, excepted, last_act, today } = self;
        revision(&(today, counts, clauses, alerts, excepted, last_act))
    }

    /// What its devices sum up to.
    pub(super) fn sum(&self, web: &Web) -> Summary {
        rollup::sum(&self.counts, self.today, &web.pack.parameters().staleness)
    }

    /// Whether its devices in use are 災害時特例中.
    pub(super) fn is_covered(&self) -> bool {
        cover::holds(&self.excepted)
    }
}

/// What a region's overview shows on one page of its list, as above.
pub(super) struct OfRegion {
    pub counts: Vec<rollup::Count>,
    pub ranked: Vec<Ranked>,
    pub alerts: Vec<alert::OpenCount>,
    pub vacancies: Option<(i64, i64)>,
    /// How many incidents are open, and since when the first is.
    pub incidents: (i64, Option<Timestamp>),
    /// How many papers are the 事務局's to approve, and since when the first waits.
    pub decisions: (i64, Option<Timestamp>),
    pub measures: Vec<paper::OpenCount>,
    pub filings: i64,
    /// Facilities that have applied and since when the first has, and those whose last day has come.
    pub intakes: ((i64, Option<Timestamp>), i64),
    pub excepted: Vec<Open>,
    pub letters: mail::Troubles,
    /// The last attempt at a backup, and the newest one that was made.
    pub backups: (Option<Made>, Option<Made>),
    pub chain: ChainState,
    today: i64,
}

impl OfRegion {
    /// `most` lines of the list, from after `after`.
    pub(super) async fn read(web: &Web, sought: Sought<'_>, (after, most): (Option<Position>, u16)) -> Result<Self, PageError> {
        let (store, region) = (&web.store, sought.region);
        let (scope, today) = (rollup::Scope::Region(region), web.now().jst_day());
        Ok(Self {
            counts: rollup::grouped(store, scope, today, &web.pack.parameters().staleness).await?,
            ranked: rank::list(store, sought, after, most).await?,
            alerts: alert::count_open(store, scope).await?,
            vacancies: vacancies(web, region).await?,
            incidents: paper::count_incidents(store, region).await?,
            decisions: paper::count_for_secretariat(store, region, ForSecretariat::of(&web.pack.parameters().approval)).await?,
            measures: paper::count_measures(store, region, web.now()).await?,
            filings: own_rules::count_waiting(store, region).await?,
            intakes: membership::count_waiting(store, region, web.now()).await?,
            excepted: cover::open_in(store.read(), region, web.now()).await?,
            letters: mail::troubles(store.read(), region).await?,
            backups: backups(store).await?,
            chain: log::state(store).await?,
            today,
        })
    }

    pub(super) fn revision(&self) -> String {
        // Every proof of the chain notes how far it came: that alone is no news.
        let broken = matches!(self.chain, ChainState::Broken { .. });
        let Self {
            counts,
            ranked,
            alerts,
            vacancies,
            incidents,
            decisions,
            measures,
            filings,
            intakes,
            excepted,
            letters,
            backups,
            chain: _,
            today,
        } = self;
        revision(&(
            (today, counts, ranked, alerts, vacancies),
            (incidents, decisions, measures, filings, intakes, excepted, letters, backups, broken),
        ))
    }
}

async fn backups(store: &Store) -> Result<(Option<Made>, Option<Made>), PageError> {
    let last = backup::last(store).await?;
    let newest = if last.as_ref().is_some_and(|made| made.failure.is_some()) { backup::newest(store).await? } else { last.clone() };
    Ok((last, newest))
}

/// Of what a page shows beside that.
pub(super) fn and(revision: &str, more: &impl Debug) -> String {
    self::revision(&(revision, more))
}

/// Another version of the program may tell the same otherwise: pages renew themselves once then, no more.
fn revision(parts: &impl Debug) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(format!("{parts:?}"))[..12])
}
