//! Letters that wait for no working hour and of which many people get one: queued from what was written down, not by the act itself,
//! so that an act commits at once however many are told of it. Each is told once; a run that breaks off goes on where it stopped.

mod disaster;
mod lost;
mod notices;

use crate::app::App;
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::mail::{Letter, Recipients};
use crate::store::mail::{self, Reached};

/// People who are written to in one transaction: others wait for no longer.
const AT_ONCE: u16 = 100;

/// One run.
pub async fn run(app: App) -> anyhow::Result<()> {
    if app.settings.mail.is_none() || app.clock_guard.is_frozen() {
        return Ok(());
    }
    disaster::run(&app).await?;
    notices::run(&app).await?;
    lost::run(&app).await
}

/// Queues a letter to each of those who look after the facilities reached; `letter` is one to nobody yet, about their facility.
/// `false`: the collector is ending, and not everybody has one.
async fn to_many(app: &App, crowd: (RegionId, Reached), letter: impl Fn(FacilityId) -> Letter<'static>) -> anyhow::Result<bool> {
    let mut after = None;
    loop {
        let page = mail::list_reached(app.store.read(), crowd, app.clock.now(), after, AT_ONCE).await?;
        let Some((last, _)) = page.last() else { return Ok(true) };
        after = Some(*last);
        let mut tx = app.store.begin().await?;
        for (person, facility) in page {
            let letter = Letter { to: Recipients::Person(person), ..letter(facility) };
            mail::queue(&mut tx, (&app.random, app.clock.now()), &letter).await?;
        }
        tx.commit().await?;
        if app.stopping.is_cancelled() {
            return Ok(false);
        }
    }
}
