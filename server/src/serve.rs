//! The collector as a function of its inputs: `start` builds the `App` from settings, `serve` runs it on open ports until stopped.
//! Ending loses nothing: ports close, open requests finish, the writer drains its queue, the store is closed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Parts};
use crate::clock::Clock;
use crate::clock_guard::ClockGuard;
use crate::config::Settings;
use crate::domain::act::{Actor, Done, What};
use crate::http::access;
use crate::http::device::DevicePort;
use crate::http::listener::bind;
use crate::http::pages::{self, Web};
use crate::http::web::{self, WebPort, WebTlsConfig};
use crate::jobs;
use crate::lifecycle::Signals;
use crate::metrics::Metrics;
use crate::pki::{Authority, DeviceVerifier, Hands, Pki, Tickets, renew_due, rotate_tickets};
use crate::random::Random;
use crate::rules::{RuleBook, Rules};
use crate::store::ingest::{self, Ingest, WriterError};
use crate::store::{OpenError, Store, StoreUrl, log, meta};

/// Check-ins that may wait for the writer, and most of them in one transaction.
const QUEUE: usize = 2_048;
const BATCH: usize = 1_024;
/// Longest that open requests are waited for at the end.
const GRACE: Duration = Duration::from_secs(20);

/// What differs between the real thing and a test.
#[derive(Clone)]
pub struct World {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<Random>,
    /// Believe the clock, whatever the store's mark says.
    pub accept_clock: bool,
}

/// A collector that is built but serves nobody yet.
pub struct Collector {
    /// What it consists of.
    pub app: App,
    writer: JoinHandle<Result<(), WriterError>>,
}

/// Opens the store and builds the collector.
pub async fn start(settings: Settings, world: World) -> anyhow::Result<Collector> {
    let World { clock, random, accept_clock } = world;
    let master = Arc::new(settings.master_key.load(&settings.data)?);
    let rules = Rules::new(RuleBook::load(settings.packs.as_deref(), settings.catalogues.as_deref())?);
    if let StoreUrl::Sqlite(path) = &settings.store
        && !path.exists()
    {
        // An empty one made here would stand in the way of a restore.
        bail!(OpenError::Missing(path.clone()));
    }
    let store = Store::open(settings.store.clone()).await?;
    meta::epoch(&store).await.context("the store was never initialised: run `hashimori-server init` first")?;
    let clock_guard = ClockGuard::start(&store, clock.now(), accept_clock).await?;
    let now = clock_guard.time(clock.now());
    let hands = Hands { master: &master, random: &random, now };
    let mut authority = Authority::load(&store, &master).await?;
    let tickets = Arc::new(Tickets::default());
    if clock_guard.is_frozen() {
        tracing::error!("the clock is not believed; nothing expires until it is right, or is accepted with --accept-clock");
    } else if renew_due(&store, &authority, &settings.device.names, hands).await? {
        authority = Authority::load(&store, &master).await?;
    }
    rotate_tickets(&tickets, &store, hands).await?;
    let log_key = Arc::new(log::ensure_key(&store, &master, &random, now).await?);
    let verifier = Arc::new(DeviceVerifier::new(&authority.roots)?);
    let limits = ingest::Settings { judge: rules.judge(), queue: QUEUE, batch: BATCH };
    let (ingest, writer) = Ingest::start(store.clone(), limits).await?;
    let app = App::new(Parts {
        pki: Arc::new(Pki::new(authority, tickets)),
        metrics: Metrics::new(),
        stopping: CancellationToken::new(),
        settings,
        store,
        ingest,
        rules,
        verifier,
        master,
        log_key,
        clock_guard,
        clock,
        random,
    });
    note_rules(&app).await?;
    Ok(Collector { app, writer })
}

/// The open ports.
#[derive(Debug)]
pub struct Ports {
    /// Of devices.
    pub device: TcpListener,
    /// Of people.
    pub web: TcpListener,
    /// Of Prometheus.
    pub metrics: Option<TcpListener>,
}

/// Where the ports are: what `--ports-file` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bound {
    /// Of devices.
    pub device: SocketAddr,
    /// Of people.
    pub web: SocketAddr,
    /// Of Prometheus.
    pub metrics: Option<SocketAddr>,
}

impl Ports {
    /// Opens the ports that the settings name.
    pub fn open(settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            device: bind("device port", "device.listen", settings.device.listen)?,
            web: bind("web port", "web.listen", settings.web.listen)?,
            metrics: settings.metrics.map(|address| bind("metrics port", "metrics.listen", address)).transpose()?,
        })
    }

    /// Where they are.
    pub fn bound(&self) -> std::io::Result<Bound> {
        Ok(Bound {
            device: self.device.local_addr()?,
            web: self.web.local_addr()?,
            metrics: self.metrics.as_ref().map(TcpListener::local_addr).transpose()?,
        })
    }
}

impl Bound {
    /// Writes them where another program waits for them; the file appears whole or not at all.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string(self)?;
        let part = path.with_extension("part");
        std::fs::write(&part, text + "\n")
            .and_then(|()| std::fs::rename(&part, path))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Connections the system lets us hold: files allowed, less those for the store, the log and the other ports.
fn connections(settings: &Settings) -> usize {
    let wanted = settings.limits.connections;
    match crate::limits::raise_open_files() {
        Some(files) if files.saturating_sub(700) < wanted => {
            let possible = files.saturating_sub(700).max(16);
            tracing::warn!(wanted, possible, "fewer open files are allowed than limits.connections needs");
            possible
        }
        Some(_) | None => wanted,
    }
}

/// Serves until `stop` is cancelled, a signal asks for the end, or the writer fails.
pub async fn serve(collector: Collector, ports: Ports, signals: Signals, stop: CancellationToken) -> anyhow::Result<()> {
    let Collector { app, mut writer } = collector;
    let tasks = TaskTracker::new();
    // Whoever cancels `stop` stops the jobs too, and the jobs' own token reaches batches that are under way.
    let stopping = app.stopping.clone();
    let web_tls = app.settings.web.tls.clone().map(WebTlsConfig::load).transpose()?.map(Arc::new);
    let device = DevicePort::new(app.clone(), connections(&app.settings))?;
    let device_address = ports.device.local_addr()?;
    tasks.spawn(Arc::clone(&device).serve(ports.device, stop.clone(), tasks.clone()));
    let pages = pages(&app, device_address, ports.web.local_addr()?);
    let router = access::logged(pages, app.clone()).merge(web::health(app.clone()));
    let port = WebPort::new(app.clone(), router, web_tls.clone()).behind(&app.settings.web.proxied_by);
    tasks.spawn(port.serve(ports.web, stop.clone(), tasks.clone()));
    if let Some(listener) = ports.metrics {
        let port = WebPort::new(app.clone(), web::metrics(app.clone(), Arc::clone(&device)), None);
        tasks.spawn(port.serve(listener, stop.clone(), tasks.clone()));
    }
    drop(device);
    jobs::start(&app, &stop, &tasks);
    let signals = {
        let (app, stop) = (app.clone(), stop.clone());
        tokio::spawn(async move { signals.follow(stop, || reload(&app, web_tls.as_deref())).await })
    };
    tracing::info!("serving");
    let early = tokio::select! {
        () = stop.cancelled() => None,
        ended = &mut writer => Some(ended),
    };
    stop.cancel();
    stopping.cancel();
    tracing::info!("stopping: no new connections, open requests finish");
    tasks.close();
    if tokio::time::timeout(GRACE, tasks.wait()).await.is_err() {
        tracing::warn!(open = tasks.len(), "connections were still open at the end");
    }
    let _ = signals.await;
    let store = app.store.clone();
    // The last `Ingest` goes with the app: the writer drains the queue and ends.
    drop(app);
    let ended = match early {
        Some(ended) => ended,
        None => tokio::time::timeout(GRACE, &mut writer).await.context("the writer did not end in time")?,
    };
    let ended = ended.context("the writer panicked")?;
    store.close().await;
    match (ended, stop.is_cancelled()) {
        (Err(error), _) => bail!(error),
        (Ok(()), _) => Ok(()),
    }
}

/// Writes into the operation log which packs and catalogues are in force, when they are others than those it told of last.
async fn note_rules(app: &App) -> Result<(), crate::store::Error> {
    const NOTED: &str = "rules_noted";
    let editions = app.rules.book().editions();
    if meta::find(&app.store, NOTED).await?.as_deref() == Some(editions.as_str()) {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    meta::put(&mut tx, NOTED, &editions).await?;
    let done = Done::by(Actor::Operator, What::RulesLoaded, app.clock.now()).noting(editions);
    log::write(&mut tx, &app.random, &done).await?;
    tx.commit().await
}

fn pages(app: &App, device: SocketAddr, web: SocketAddr) -> axum::Router {
    let settings = pages::WebSettings {
        secure: app.settings.web.tls.is_some() || app.settings.web.public_url.as_deref().is_some_and(|u| u.starts_with("https://")),
        device_address: app.settings.device.endpoint(Some(device)),
        public_url: app.settings.web.url(Some(web)),
        trusted_proxies: app.settings.web.trusted_proxies.clone(),
        daily_backup: app.settings.backup.is_some(),
        mail: app.settings.mail.is_some(),
        webhooks: app.settings.webhooks.networks.clone(),
    };
    pages::router(Web::new(pages::Parts {
        store: app.store.clone(),
        clock: Arc::clone(&app.clock),
        random: Arc::clone(&app.random),
        master: Arc::clone(&app.master),
        books: app.rules.books(),
        pki: Arc::clone(&app.pki),
        settings,
    }))
}

fn reload(app: &App, web_tls: Option<&WebTlsConfig>) {
    let authority = app.clone();
    tokio::spawn(async move {
        match jobs::take_up_authority(authority).await {
            Ok(()) => tracing::info!("read the authority of devices again"),
            Err(error) => tracing::error!(error = format!("{error:#}"), "the authority of devices stays as it is"),
        }
    });
    if let Some(tls) = web_tls {
        match tls.reload() {
            Ok(()) => tracing::info!("read the web port's certificate again"),
            Err(error) => tracing::error!(%error, "the web port keeps its certificate"),
        }
    }
    match app.rules.reload(app.settings.packs.as_deref(), app.settings.catalogues.as_deref()) {
        Ok(()) => {
            tracing::info!("read packs and catalogues again");
            let app = app.clone();
            tokio::spawn(async move {
                if let Err(error) = note_rules(&app).await {
                    tracing::error!(%error, "the operation log does not say which packs are in force");
                }
            });
        }
        Err(error) => tracing::error!(%error, "packs and catalogues in force stay"),
    }
}
