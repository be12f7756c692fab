//! Signals: end gracefully on SIGTERM and SIGINT, read certificates, packs and catalogues again on SIGHUP.

use tokio_util::sync::CancellationToken;

/// The signals this process listens for. Made before anybody is told that it runs: until then a signal ends it on the spot,
/// from then on one that comes early waits to be followed.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
    hup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen.
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())?, hup: signal(SignalKind::hangup())? })
    }

    /// Cancels `stop` on the first signal to end, and calls `reload` on each SIGHUP. Returns when `stop` is cancelled.
    pub async fn follow(mut self, stop: CancellationToken, reload: impl Fn() + Send) {
        loop {
            tokio::select! {
                _ = self.term.recv() => stop.cancel(),
                _ = self.int.recv() => stop.cancel(),
                _ = self.hup.recv() => reload(),
                () = stop.cancelled() => return,
            }
        }
    }
}

/// The signals this process listens for.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Cancels `stop` on Ctrl+C; this system knows no signal to read again.
    pub async fn follow(self, stop: CancellationToken, _reload: impl Fn() + Send) {
        tokio::select! {
            Ok(()) = tokio::signal::ctrl_c() => stop.cancel(),
            () = stop.cancelled() => {}
        }
    }
}
