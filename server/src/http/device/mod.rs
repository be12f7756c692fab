//! The device port: accepts, shakes hands within limits, and serves HTTP/1.1 to devices.
//! Who a device is comes from its certificate, read once per connection; how it stands is asked per request.

mod answer;
mod body;
mod check_in;
mod enroll;
mod known;
mod leave;
mod peer;
mod renew;
mod told;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hashimori_shared::checkin::CHECK_IN_PATH;
use hashimori_shared::enroll::{ENROLL_PATH, LEAVE_PATH, RENEW_PATH};
use hashimori_shared::lang::Lang;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::ACCEPT_LANGUAGE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::HandshakeKind;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::body::{self as http_body, Budget};
use super::half_open::{HalfOpen, Place};
use super::listener;
use super::pace::{Pace, Paced, Phase, TooSlow, Watched};
use crate::app::App;
use crate::metrics::Handshake;
use answer::Refused;
use known::Known;
use peer::Peer;

type Answer = Response<Full<Bytes>>;

/// Longest body but a check-in's: they hold a certificate request and a handful of words.
const SHORT_BODY: usize = 16 * 1024;

/// The device port's state, shared by its connections.
pub struct DevicePort {
    app: App,
    tls: TlsAcceptor,
    gate: Arc<HalfOpen>,
    places: Arc<Semaphore>,
    known: Known,
    http: http1::Builder,
    /// Bodies of devices, and of strangers: these have a quarter, so that they can crowd out nobody but each other.
    bodies: Budget,
    strangers: Budget,
}

impl DevicePort {
    /// With these connections at most.
    pub fn new(app: App, connections: usize) -> Result<Arc<Self>, rustls::Error> {
        let limits = app.settings.limits;
        let tls = TlsAcceptor::from(super::tls::device_config(&app.pki, &app.verifier, &app.clock)?);
        let mut http = http1::Builder::new();
        // `Pace` keeps the time; hyper's own timer would count the rest between requests as well.
        http.header_read_timeout(None).max_buf_size(limits.header_bytes).max_headers(64).half_close(false);
        Ok(Arc::new(Self {
            tls,
            // Half of the places are for devices that have shown who they are, however many strangers come.
            gate: HalfOpen::new(limits.half_open.min(connections / 2).max(1), limits.half_open_per_address),
            places: Arc::new(Semaphore::new(connections)),
            known: Known::default(),
            http,
            bodies: Budget::of(limits.bodies_bytes - limits.bodies_bytes / 4),
            strangers: Budget::of(limits.bodies_bytes / 4),
            app,
        }))
    }

    /// Serves until `stop`; open connections then finish the request they are in. `tasks` is done when the last has.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: CancellationToken, tasks: TaskTracker) {
        while let Some((stream, address)) = listener::next(&listener, &stop).await {
            self.admit(stream, address, &stop, &tasks);
        }
    }

    /// Tells the metrics what is held now.
    pub fn measure(&self) {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.app.metrics.half_open.set(number(self.gate.count()));
        self.app.metrics.bodies.set(number(self.bodies.held() + self.strangers.held()));
    }

    /// Gives a newcomer its place. When every connection is taken, the oldest unfinished handshake makes room; when there is
    /// none either, the newcomer is let go at once, which costs it less than waiting.
    fn admit(self: &Arc<Self>, stream: TcpStream, address: SocketAddr, stop: &CancellationToken, tasks: &TaskTracker) {
        let seat = self.gate.take(address.ip());
        let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() else {
            self.app.metrics.handshake(Handshake::Evicted);
            return;
        };
        tasks.spawn(Arc::clone(self).connection(stream, seat, permit, stop.clone()));
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, mut seat: Place, permit: OwnedSemaphorePermit, stop: CancellationToken) {
        let _ = stream.set_nodelay(true);
        let limits = &self.app.settings.limits;
        let address = seat.address();
        let handshake = tokio::time::timeout(limits.handshake, self.tls.accept(stream));
        let stream = tokio::select! {
            done = handshake => match done {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "handshake failed");
                    return self.app.metrics.handshake(Handshake::Failed);
                }
                Err(_) => return self.app.metrics.handshake(Handshake::TimedOut),
            },
            () = seat.evicted() => return self.app.metrics.handshake(Handshake::Evicted),
            () = stop.cancelled() => return,
        };
        let (_, tls) = stream.get_ref();
        let resumed = matches!(tls.handshake_kind(), Some(HandshakeKind::Resumed));
        self.app.metrics.handshake(if resumed { Handshake::Resumed } else { Handshake::Full });
        let peer = Arc::new(Peer::new(tls.peer_certificates(), address));
        // A stranger, who may only enrol, keeps a stranger's seat and loses it to newcomers.
        let mut seat = Some(seat).filter(|_| peer.certificate().is_err());
        let pace = Pace::new(*limits);
        let io = TokioIo::new(Paced::new(stream, Arc::clone(&pace)));
        let watch = Arc::clone(&pace);
        let service = service_fn(|request| {
            let (port, peer, pace) = (Arc::clone(&self), Arc::clone(&peer), Arc::clone(&pace));
            async move {
                let answer = port.answer(request, &peer, &pace).await;
                pace.enter(Phase::Idle);
                Ok::<_, Infallible>(answer)
            }
        });
        self.app.metrics.connections.inc();
        let mut watched = Watched::new(self.http.serve_connection(io, service), watch);
        let ended = tokio::select! {
            ended = &mut watched => ended,
            () = displaced(&mut seat) => {
                self.app.metrics.handshake(Handshake::Evicted);
                Ok(Ok(()))
            }
            () = stop.cancelled() => {
                watched.connection().graceful_shutdown();
                tokio::time::timeout(listener::LONGEST_GOODBYE, watched).await.unwrap_or(Err(TooSlow))
            }
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "connection ended"),
            Err(TooSlow) => tracing::debug!("connection was too slow"),
        }
        self.app.metrics.connections.dec();
        drop(permit);
    }

    async fn answer(&self, request: Request<Incoming>, peer: &Peer, pace: &Pace) -> Answer {
        let which = match request.uri().path() {
            CHECK_IN_PATH => Route::CheckIn,
            ENROLL_PATH => Route::Enroll,
            RENEW_PATH => Route::Renew,
            LEAVE_PATH => Route::Leave,
            _ => return answer::not_found(&self.app),
        };
        if request.method() != Method::POST {
            return answer::method_not_allowed(&self.app);
        }
        let lang = request.headers().get(ACCEPT_LANGUAGE).and_then(|field| field.to_str().ok()).map_or(Lang::Japanese, Lang::accepted);
        let handler = Handler { app: &self.app, known: &self.known, peer, lang };
        let most = self.app.settings.limits.body_bytes;
        // Whoever has not shown a certificate is refused before a byte of theirs is kept.
        let allowed = match which {
            Route::Enroll => Ok((most.min(SHORT_BODY), &self.strangers)),
            Route::CheckIn => peer.certificate().map(|_| (most, &self.bodies)),
            Route::Renew | Route::Leave => peer.certificate().map(|_| (most.min(SHORT_BODY), &self.bodies)),
        };
        let (limit, budget) = match allowed {
            Ok(allowed) => allowed,
            Err(refused) => return refused.into_answer(&self.app),
        };
        pace.enter(Phase::Body);
        let held = match http_body::read(request.into_body(), limit, budget).await {
            Ok(held) => held,
            Err(unread) => return Refused::unread(unread, limit).into_answer(&self.app),
        };
        let bytes = &held.bytes;
        pace.enter(Phase::Work);
        let done = match which {
            Route::CheckIn => handler.check_in(bytes).await,
            Route::Enroll => handler.enroll(bytes).await,
            Route::Renew => handler.renew(bytes).await,
            Route::Leave => handler.leave(bytes).await,
        };
        done.unwrap_or_else(|refused| refused.into_answer(&self.app))
    }
}

/// Returns when a newcomer takes the seat; never for whoever needs none.
async fn displaced(seat: &mut Option<Place>) {
    match seat {
        Some(seat) => seat.evicted().await,
        None => std::future::pending().await,
    }
}

enum Route {
    CheckIn,
    Enroll,
    Renew,
    Leave,
}

/// What a handler works with.
struct Handler<'a> {
    app: &'a App,
    known: &'a Known,
    peer: &'a Peer,
    /// Asked for.
    lang: Lang,
}
