//! Looks at the clock every minute, moves the high-water mark, and tells Prometheus whether it is believed and how old the newest backup is.

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
    backup::measure(&app).await
}
