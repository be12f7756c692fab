//! Records 災害時特例 whose time ran out. While the clock is not believed, nothing is recorded: an exception must not end by a wrong clock.

use crate::app::App;
use crate::exceptions;

/// One run.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    if app.clock_guard.is_frozen() || app.clock_guard.notice(app.clock.now()) {
        return Ok(());
    }
    let recorded = exceptions::record_lapses(&app.store, &app.random, app.clock.now()).await?;
    if recorded > 0 {
        tracing::info!(recorded, "the time of disaster exceptions ran out");
    }
    Ok(())
}
