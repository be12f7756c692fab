//! Judges anew what changes by time alone, and everything when packs or catalogues are replaced; in batches, so that check-ins
//! get their turn in between. While the clock is not believed, nothing is judged: verdicts must not expire by a wrong clock.

use crate::app::App;

/// One run: until nothing is due. A stop that comes meanwhile waits for the batch under way alone, for the writer ends after it.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    let mut judged = 0;
    while !app.clock_guard.is_frozen() && !app.clock_guard.notice(app.clock.now()) {
        let batch = app.ingest.rejudge(app.clock.now()).await?;
        judged += batch.judged;
        app.metrics.outdated.set(batch.outdated);
        if !batch.more || app.stopping.is_cancelled() {
            break;
        }
    }
    if judged > 0 {
        tracing::info!(judged, "judged devices anew");
    }
    Ok(())
}
