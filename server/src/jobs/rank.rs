//! Puts facilities in order anew where something changed, and with that writes the day's sums for trends; in batches, so that
//! check-ins get their turn in between. While the clock is not believed, nothing is ranked: a wrong day would be written.

use crate::app::App;
use crate::store::{rank, trend};

/// One run: until no facility is due.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    let rules = app.rules.book().any_pack().parameters().staleness.clone();
    while !app.clock_guard.is_frozen() {
        if !rank::refresh(&app.store, app.clock.now().jst_day(), &rules).await? || app.stopping.is_cancelled() {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Deletes days that were kept long enough.
pub(super) async fn trim(app: App) -> anyhow::Result<()> {
    if !app.clock_guard.is_frozen() {
        trend::trim(&app.store, app.clock.now()).await?;
    }
    Ok(())
}
