//! Looks at the clock every minute, moves the high-water mark, and measures what Prometheus is told.

use super::backup;
use crate::app::App;

/// One run.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let verdict = app.clock_guard.tick(&app.store, now).await?;
    app.metrics.clock_frozen.set(i64::from(verdict.is_some()));
    if let Some(frozen) = verdict {
        tracing::error!(?frozen, "the clock is not believed; nothing expires until it is right, or is accepted with --accept-clock");
    }
    app.metrics.waiting.set(i64::try_from(app.ingest.waiting()).unwrap_or(i64::MAX));
    app.metrics.issuing_ends_in.set(app.pki.authority().issuing_ends.seconds_since(now));
    backup::measure(&app).await
}
