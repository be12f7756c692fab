//! The daily backup. Looks every quarter of an hour whether the newest one is a day old, so that a restart delays none.

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
    Ok(())
}
