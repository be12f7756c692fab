//! Erases what is held about the people of facilities that left long enough ago. While the clock is not believed, nothing is erased.

use crate::app::App;
use crate::memberships;

/// One run.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    if app.clock_guard.is_frozen() || app.clock_guard.notice(app.clock.now()) {
        return Ok(());
    }
    let erased = memberships::erase_due(&app.store, &app.random, app.clock.now()).await?;
    if erased > 0 {
        tracing::info!(erased, "erased what was held about the people of facilities that have left");
    }
    Ok(())
}
