//! The web port: server-rendered pages for people; nothing but passkeys needs JavaScript. `routes` is the one table of pages; `guard` decides who may
//! see what before a handler runs, so that a handler cannot forget to.

mod account;
mod accounts;
mod alerts;
mod areas;
mod assets;
mod banner;
mod calendar;
mod connections;
mod cookie;
mod device;
mod disaster;
mod enrolment;
mod evidence;
mod excluded;
mod export;
mod fail;
mod former;
mod guard;
mod handed;
mod headers;
mod language;
mod ledger;
mod letters;
mod listed;
mod live;
mod log;
mod loss;
mod lost;
mod mail;
mod membership;
mod notices;
mod oidc;
mod overtaken;
mod overview;
mod own_rules;
mod papers;
mod passkey;
mod people;
mod pieces;
mod places;
mod public;
mod retire;
mod routes;
mod rules;
mod self_check;
mod sent;
mod setup;
mod sign_in;
mod sort;
mod staff;
mod step_up;
mod telling;
mod today;
mod twice;
mod typed;
mod visit;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use hashimori_shared::pack::Pack;
use hashimori_shared::time::Timestamp;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::domain::act::Done;
use crate::domain::people::event::Kind;
use crate::domain::people::{Person, Scope};
use crate::domain::webhook::Networks;
use crate::passkeys::Passkeys;
use crate::pki::Pki;
use crate::random::Random;
use crate::rules::RuleBook;
use crate::secrets::MasterKey;
use crate::store::{Store, Tx};
use crate::views::{Shell, Who};
use crate::words::Text;

pub use fail::PageError;
pub(super) use headers::protect;
pub(crate) use oidc::{RETURN as OIDC_RETURN, SECRET_PURPOSE as OIDC_SECRET_PURPOSE};
pub use routes::{Reader, looked_at};
pub(super) use visit::{has_parts, network};

/// How the web port is reached.
#[derive(Clone, Debug, Default)]
pub struct WebSettings {
    /// Whether people reach it over TLS (directly or behind a proxy): cookies are `__Host-` and `Secure`, and HSTS is sent.
    /// Only the quick start on loopback goes without.
    pub secure: bool,
    /// `host:port` of the device port, as agents are told.
    pub device_address: String,
    /// Address people type, without a slash at its end: passkeys belong to it, and one-time links begin with it.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` is believed for throttling; never for identity.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether the collector makes a backup every day.
    pub daily_backup: bool,
    /// Whether the collector sends mail.
    pub mail: bool,
    /// Networks that webhooks may go to though they are not public.
    pub webhooks: Networks,
}

/// What every page works with; cheap to clone. The router clones it for each request: a clone has the rules in force when it was made,
/// so that a page never mixes two editions and the next one follows what was read again meanwhile.
pub struct Web {
    parts: Arc<Parts>,
    /// The rules that pages cite.
    pack: Arc<Pack>,
    /// Password hashing takes 19 MiB and tens of milliseconds each: no more than `HASHING_AT_ONCE`.
    hashing: Arc<Semaphore>,
    /// Evidence is packed one archive at a time.
    packing: Arc<Semaphore>,
    /// Files being handed in are held in memory: no more than `FILES_AT_ONCE`.
    files: Arc<Semaphore>,
    /// `None`: the port's address cannot have any.
    passkeys: Option<Arc<Passkeys>>,
}

/// The parts of `Web`.
pub struct Parts {
    /// Store.
    pub store: Store,
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<Random>,
    /// Seals TOTP seeds and text shown once.
    pub master: Arc<MasterKey>,
    /// Packs and catalogues in force, as they are read again.
    pub books: tokio::sync::watch::Receiver<RuleBook>,
    /// Pin of the device authority's root, for enrolment codes.
    pub pki: Arc<Pki>,
    /// How the port is reached.
    pub settings: WebSettings,
}

/// Password hashings at once.
const HASHING_AT_ONCE: usize = 2;
/// Files handed in at once.
const FILES_AT_ONCE: usize = 3;

impl std::ops::Deref for Web {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Clone for Web {
    fn clone(&self) -> Self {
        Self {
            parts: Arc::clone(&self.parts),
            pack: self.parts.books.borrow().any_pack(),
            hashing: Arc::clone(&self.hashing),
            packing: Arc::clone(&self.packing),
            files: Arc::clone(&self.files),
            passkeys: self.passkeys.clone(),
        }
    }
}

impl Web {
    /// Bundles what pages need.
    pub fn new(parts: Parts) -> Self {
        let passkeys = Passkeys::at(&parts.settings.public_url).map(Arc::new);
        let pack = parts.books.borrow().any_pack();
        let [hashing, packing, files] = [HASHING_AT_ONCE, 1, FILES_AT_ONCE].map(|most| Arc::new(Semaphore::new(most)));
        Self { parts: Arc::new(parts), pack, hashing, packing, files, passkeys }
    }

    /// The rules that pages cite.
    pub(super) fn pack(&self) -> &Pack {
        &self.pack
    }

    fn root_pin(&self) -> [u8; 10] {
        self.pki.authority().root_pin
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Writes an act into the operation log, in the transaction that does it.
    async fn log(&self, tx: &mut Tx, done: &Done) -> Result<(), PageError> {
        Ok(crate::store::log::write(tx, &self.random, done).await?)
    }

    /// Runs password work off the async threads, a bounded number at once.
    async fn hash<T: Send + 'static>(&self, work: impl FnOnce(&Random) -> T + Send + 'static) -> Result<T, PageError> {
        let _permit = self.hashing.acquire().await.map_err(|_| PageError::internal("the hashing gate is closed"))?;
        let random = Arc::clone(&self.random);
        tokio::task::spawn_blocking(move || work(&random)).await.map_err(PageError::internal)
    }

    /// Notes what an owner did to their own account's ways in, for them to see and in the operation log.
    async fn note(&self, tx: &mut Tx, owner: &Person, kind: Kind) -> Result<(), PageError> {
        Ok(crate::accounts::note(tx, &self.random, self.now(), owner, kind, Some(owner)).await?)
    }

    fn seal(&self, purpose: &str, text: &[u8]) -> String {
        data_encoding::BASE64.encode(&self.master.seal(purpose, text, &self.random))
    }

    fn open(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>, PageError> {
        let bytes = data_encoding::BASE64.decode(sealed.as_bytes()).map_err(PageError::internal)?;
        Ok(self.master.open(purpose, &bytes).map_err(PageError::internal)?.to_vec())
    }
}

/// The pages, ready to be served.
pub fn router(web: Web) -> Router {
    routes::router(web)
}

/// Paths of what can be read, as in the table: `{facility}` and the like stand for ids. For the benchmark.
#[doc(hidden)]
pub fn readable() -> Vec<&'static str> {
    routes::table().iter().filter(|route| route.method == axum::http::Method::GET).map(|route| route.path).collect()
}

/// What surrounds a page.
fn shell(title: impl Into<Text>, visitor: &visit::Visitor, person: Option<&Person>) -> Shell {
    let who = person.map(|p| Who { name: p.name.clone(), role: p.role.key(), pages: main_pages(p) });
    let (here, banners) = (visitor.here.clone(), visitor.banners.clone());
    Shell { lang: visitor.lang, title: title.into().in_lang(visitor.lang), csrf: visitor.csrf(), who, here, banners, live: None }
}

/// The main pages of whoever is signed in.
fn main_pages(person: &Person) -> Vec<(String, &'static str)> {
    let mut pages = match person.scope {
        Scope::Region(_) => {
            let pages =
                [("/", "nav-overview"), ("/disaster", "disaster-title"), ("/notices", "notices-title"), ("/accounts", "nav-accounts")];
            pages.map(|(path, key)| (path.to_owned(), key)).into()
        }
        Scope::Facility(_, facility) => vec![
            (format!("/facilities/{facility}/today"), "nav-today"),
            (format!("/facilities/{facility}"), "nav-devices"),
            (format!("/facilities/{facility}/disaster"), "disaster-title"),
            (format!("/facilities/{facility}/notices"), "notices-title"),
            (format!("/facilities/{facility}/people"), "nav-people"),
        ],
    };
    pages.push(("/log".to_owned(), "nav-log"));
    pages
}

/// A rendered page.
fn page(view: &impl askama::Template) -> Result<Response, PageError> {
    Ok(Html(view.render().map_err(PageError::internal)?).into_response())
}

/// A rendered page that shows something once: gone back to, it has it no more.
fn page_once(view: &impl askama::Template) -> Result<Response, PageError> {
    let mut response = page(view)?;
    response.extensions_mut().insert(visit::ShownOnce);
    Ok(response)
}
