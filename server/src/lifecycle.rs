//! Signals: end gracefully on SIGTERM and SIGINT, read certificates, packs and catalogues again on SIGHUP.

use tokio_util::sync::CancellationToken;

/// Cancels `stop` on the first signal to end, and calls `reload` on each SIGHUP. Returns when `stop` is cancelled.
#[cfg(unix)]
pub async fn follow_signals(stop: CancellationToken, reload: impl Fn() + Send) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int, mut hup) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?);
    loop {
        tokio::select! {
            _ = term.recv() => stop.cancel(),
            _ = int.recv() => stop.cancel(),
            _ = hup.recv() => reload(),
            () = stop.cancelled() => return Ok(()),
        }
    }
}

/// Cancels `stop` on Ctrl+C; this system knows no signal to read again.
#[cfg(not(unix))]
pub async fn follow_signals(stop: CancellationToken, _reload: impl Fn() + Send) -> std::io::Result<()> {
    tokio::select! {
        asked = tokio::signal::ctrl_c() => asked?,
        () = stop.cancelled() => {}
    }
    stop.cancel();
    Ok(())
}
