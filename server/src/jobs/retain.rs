//! Deletes, once a day, what was kept long enough. Looks every half hour whether today is done, so that a restart delays nothing and a
//! run that was cut short goes on. While the clock is not believed, nothing is deleted.

use crate::app::App;
use crate::retain;

/// One run.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    let now = app.clock.now();
    if app.clock_guard.is_frozen() || app.clock_guard.notice(now) {
        return Ok(());
    }
    let stopping = || app.stopping.is_cancelled();
    if let Some(deleted) = retain::run(&app.store, &app.random, &app.rules.book(), now, stopping).await?
        && deleted > 0
    {
        tracing::info!(deleted, "deleted what was kept long enough");
    }
    Ok(())
}
