//! Renews the issuing CA and the device port's leaf before they run out, rotates ticket keys, and takes into use what an operator
//! (or another collector process) changed in the store.

use crate::app::App;
use crate::pki::{Authority, renew_due, rotate_tickets};

/// One run. While the clock is not believed, nothing is renewed: a leaf made by a wrong clock would be refused by every device.
pub async fn run(app: App) -> anyhow::Result<()> {
    let now = app.clock.now();
    if !app.clock_guard.is_frozen() {
        rotate_tickets(app.pki.tickets(), &app.store, app.hands()).await?;
        renew_due(&app.store, &app.pki.authority(), &app.settings.device.names, app.hands()).await?;
    }
    let authority = Authority::load(&app.store, &app.master).await?;
    if authority.issuing_runs_out(now) && !authority.root_key_here {
        tracing::warn!("the issuing CA ends within 90 days and the root key is offline: run `hashimori-server ca rotate --root-key FILE`");
    }
    app.verifier.replace_roots(&authority.roots)?;
    app.pki.replace(authority);
    Ok(())
}
