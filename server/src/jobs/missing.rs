//! What was taken out and is not back days after its end (§20-8) goes on as an incident that was reported (留3-10), and those in charge are
//! told. That changes neither the 持出届 nor the device: what is lost, and what was only not noted as returned, a person says with one act.

use hashimori_shared::time::Timestamp;

use crate::app::App;
use crate::domain::act::Actor;
use crate::incidents::{Gone, report_loss};
use crate::store::paper::{self, Missing};
use crate::store::{Tx, told};
use crate::words::Text;

/// 持出届 that go on in one transaction.
const AT_ONCE: u16 = 16;

/// One run.
pub async fn run(app: App) -> anyhow::Result<()> {
    if app.clock_guard.is_frozen() {
        return Ok(());
    }
    let days = app.rules.book().any_pack().parameters().take_out.missing_days;
    loop {
        let now = app.clock.now();
        let before = now.plus_days(-i64::from(days));
        // A quiet collector begins no transaction.
        if paper::list_missing(app.store.read(), before, 1).await?.is_empty() {
            return Ok(());
        }
        let mut tx = app.store.begin_ledger().await?;
        for missing in paper::list_missing(&mut *tx, before, AT_ONCE).await? {
            told::put(&mut tx, &missing.id.to_string(), &missing.step(), now).await?;
            report(&app, &mut tx, &missing, (days, now)).await?;
        }
        tx.commit().await?;
        if app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}

async fn report(app: &App, tx: &mut Tx, missing: &Missing, (days, now): (u32, Timestamp)) -> anyhow::Result<()> {
    let last = Text::Day(missing.until.plus_seconds(-1));
    let why = Text::new("paper-missing-why").with("number", missing.number).with("last", last).with("days", i64::from(days));
    let gone = Gone { device: missing.device, why: &why, by: Actor::Collector, from: &missing.id.to_string() };
    report_loss(tx, (&app.random, now), missing.home, &gone).await.map(drop)
}
