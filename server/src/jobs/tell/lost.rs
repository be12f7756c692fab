//! A device noted as lost that was in contact: told once a week for as long as it is, and nobody has looked.

use crate::app::App;
use crate::domain::mail::{Kind, Letter, Link, Recipients};
use crate::domain::people::Role;
use crate::store::{alert, mail, told};

/// Devices of one run.
const DEVICES: u16 = 50;
/// Contact before that is no news.
const NEWS_DAYS: i64 = 1;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let step = format!("lost_seen {}", now.jst_day().div_euclid(7));
    for seen in alert::list_untold_lost(&app.store, &step, now.plus_days(-NEWS_DAYS), DEVICES).await? {
        let mut tx = app.store.begin().await?;
        for to in [Recipients::Facility(seen.home.facility, Role::IN_CHARGE), Recipients::Secretariat(seen.home.region)] {
            let letter = Letter::new(Kind::LostSeen, to, Link::Page(format!("/devices/{}", seen.device)));
            mail::queue(&mut tx, (&app.random, now), &letter.once(format!("{} {step}", seen.device))).await?;
        }
        told::put(&mut tx, &seen.device.to_string(), &step, now).await?;
        tx.commit().await?;
    }
    Ok(())
}
