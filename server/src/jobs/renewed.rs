//! An approval of a personal device (§20-7) that is over ends by itself where another one follows it: nothing is to be cleared from a device
//! that is used on. Where none does, somebody confirms that it was cleared.

use hashimori_shared::lang::Lang;

use crate::app::App;
use crate::domain::act::{Actor, Done, What};
use crate::domain::paper::Moved;
use crate::store::{log, paper};
use crate::words::Text;

/// Approvals that end in one transaction.
const AT_ONCE: u16 = 64;

/// One run.
pub async fn run(app: App) -> anyhow::Result<()> {
    // A wrong clock ends nothing.
    while !app.clock_guard.is_frozen() && !app.stopping.is_cancelled() {
        let now = app.clock.now();
        if paper::list_renewed(app.store.read(), now, 1).await?.is_empty() {
            return Ok(());
        }
        let mut tx = app.store.begin_ledger().await?;
        for found in paper::list_renewed(&mut *tx, now, AT_ONCE).await? {
            // Papers are kept in the regulation's language.
            let why = Text::new("paper-renewed-by").with("number", found.by).in_lang(Lang::Japanese);
            let (old, moved) = (&found.paper, Moved::ended(&found.paper, &why, now));
            if paper::move_on(&mut tx, old, &moved, Actor::Collector).await? {
                let done = Done::by(Actor::Collector, What::PaperMoved, now).at_facility(found.home.region, found.home.facility);
                let detail = format!("kind={} act={} state={}", old.kind.as_str(), moved.act.as_str(), moved.to.as_str());
                log::write(&mut tx, &app.random, &done.on_paper(old.id, old.number).noting(detail)).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}
