//! Silence after a 災害時特例: what it let in and nobody cleared within the pack's days is brought up every week, from 8:00 of its first
//! day on, to each facility and to the 事務局.

use crate::app::App;
use crate::domain::mail::{Kind, Letter, Link, Recipients, Said};
use crate::domain::people::Role;
use crate::store::disaster::let_in;
use crate::store::region;

/// Facilities that are told in one transaction.
const FACILITIES: u16 = 200;
/// From 8:00 JST (23:00 UTC of the day before) on.
const MORNING_S: i64 = 3_600;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let days = app.rules.book().any_pack().parameters().disaster.clear_days;
    let before = now.plus_days(-i64::from(days));
    let week = (now.seconds() + MORNING_S).div_euclid(7 * 86_400);
    for region in region::list(&app.store).await? {
        let letter = |to, page: String, left| {
            let letter = Letter::new(Kind::DisasterUncleared, to, Link::Page(page)).about("devices", Said::Number(left));
            letter.about("days", Said::Number(days.into())).once(week.to_string())
        };
        let (mut after, mut in_all) = (None, 0);
        loop {
            let left = let_in::list_overdue(&app.store, region.id, (before, now), (after, FACILITIES)).await?;
            in_all += left.iter().map(|(_, left)| left).sum::<i64>();
            let letters: Vec<_> = left
                .iter()
                .map(|(facility, left)| {
                    letter(Recipients::Facility(*facility, Role::IN_CHARGE), format!("/facilities/{facility}/disaster/let-in"), *left)
                })
                .collect();
            super::queue(app, &letters).await?;
            after = left.last().map(|(facility, _)| *facility);
            if left.len() < usize::from(FACILITIES) {
                break;
            }
            if app.stopping.is_cancelled() {
                return Ok(());
            }
        }
        if in_all > 0 {
            super::queue(app, &[letter(Recipients::Secretariat(region.id), "/disaster".to_owned(), in_all)]).await?;
        }
    }
    Ok(())
}
