//! The sealer of the operation log, twice a second; the day's head into the log file; and, daily, its proof and the deletion of
//! what has been kept long enough. While the clock is not believed, no day begins and nothing is deleted.

use hashimori_shared::time::DAY;

use crate::app::App;
use crate::retain;
use crate::store::log::{self, ChainState, SealError};

/// Seals what was written.
pub(super) async fn seal(app: App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let day = (!app.clock_guard.is_frozen()).then(|| now.jst_day());
    loop {
        let sealed = match log::seal(&app.store, &app.log_key, now, day).await {
            Ok(sealed) => sealed,
            // Said by the daily proof and on every page of the log; twice a second would drown everything else.
            Err(SealError::NoHead) => return Ok(()),
            Err(other) => return Err(other.into()),
        };
        if let Some(head) = sealed.day {
            tracing::info!(%head, "the operation log's head of the day; keep it for `verify-log --anchor`");
        }
        if !sealed.more {
            return Ok(());
        }
    }
}

/// Proves the log and notes what was found; deletes what the packs say has been kept long enough.
pub(super) async fn prove(app: App) -> anyhow::Result<()> {
    let now = app.clock.now();
    if let ChainState::Whole { at, .. } = log::state(&app.store).await?
        && (0..DAY).contains(&now.seconds_since(at))
    {
        return Ok(());
    }
    let state = match log::verify(&app.store, &app.log_key, None).await? {
        Ok(whole) => ChainState::Whole { seq: whole.head.seq, at: now },
        Err(found) => {
            tracing::error!(%found, "the operation log does not hold; run `hashimori-server verify-log`");
            ChainState::Broken { seq: found.seq, at: now }
        }
    };
    let mut tx = log::begin_log(&app.store).await?;
    log::set_state(&mut tx, &state).await?;
    tx.commit().await?;
    if !app.clock_guard.is_frozen() && matches!(state, ChainState::Whole { .. }) {
        let Some(before) = retain::log_cutoff(&app.store, &app.rules.book(), now).await? else { return Ok(()) };
        let mut deleted = 0;
        while !app.stopping.is_cancelled() {
            let gone = log::trim(&app.store, &app.log_key, &app.random, (before, now)).await?;
            deleted += gone;
            if gone < log::TRIMMED_AT_ONCE {
                break;
            }
        }
        if deleted > 0 {
            tracing::info!(deleted, "deleted entries of the operation log that were kept long enough");
        }
    }
    Ok(())
}
