//! The daily backup. Looks every quarter of an hour whether the newest one is a day old, so that a restart delays none. Goes by the
//! clock even when that is not believed: nothing of a backup expires, and a collector with a wrong clock needs one as well.

use hashimori_shared::time::DAY;

use crate::app::App;
use crate::domain::act::Actor;
use crate::store::backup::newest;

/// One run.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    let Some(folder) = &app.settings.backup else { return Ok(()) };
    let now = app.clock.now();
    if let Some(last) = newest(&app.store).await?
        && (0..DAY).contains(&now.seconds_since(last.at))
    {
        return Ok(());
    }
    let made =
        crate::backup::make(&app.store, &app.master.to_text(), folder, (app.settings.backups_kept, now), (Actor::Collector, &app.random))
            .await?;
    tracing::info!(file = %made.display(), "backed up");
    measure(&app).await
}

/// Tells Prometheus the age of the newest backup, whoever made it.
pub(super) async fn measure(app: &App) -> anyhow::Result<()> {
    let newest = newest(&app.store).await?;
    app.metrics.backup_age.set(newest.map_or(-1, |made| app.clock.now().seconds_since(made.at).max(0)));
    Ok(())
}
