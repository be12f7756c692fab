//! Tells other systems what happened. While the clock is not believed nothing goes: receivers refuse what is signed at a wrong time.

use crate::app::App;
use crate::store::webhook;
use crate::webhooks::{self, Hands};

/// Messages are kept this long.
const KEEP_DAYS: i64 = 30;

/// One run.
pub(super) async fn run(app: App) -> anyhow::Result<()> {
    if app.clock_guard.is_frozen() {
        return Ok(());
    }
    let hands = Hands {
        store: &app.store,
        clock: &*app.clock,
        random: &app.random,
        master: &app.master,
        settings: &app.settings.webhooks,
        public_url: &app.settings.web.url(None),
    };
    webhooks::run(hands, &app.rules.book().any_pack().parameters().staleness).await
}

/// Deletes what happened long ago, and secrets that sign no more.
pub(super) async fn trim(app: App) -> anyhow::Result<()> {
    while !app.clock_guard.is_frozen() {
        let mut tx = app.store.begin().await?;
        let more = webhook::delete_old(&mut tx, app.clock.now().plus_days(-KEEP_DAYS)).await?;
        webhook::forget_old_secrets(&mut tx, app.clock.now()).await?;
        tx.commit().await?;
        if !more || app.stopping.is_cancelled() {
            break;
        }
    }
    Ok(())
}
