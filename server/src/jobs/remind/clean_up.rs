//! Silence after a 災害時特例: what it let in and nobody cleared within the pack's days is brought up every week, from 8:00 of its first
//! day on, to each facility and to the 事務局.

use crate::app::App;
use crate::domain::mail::{Kind, Letter, Link, Recipients, Said};
use crate::domain::people::Role;
use crate::store::disaster::let_in;
use crate::store::region;

/// Facilities of a region.
const FACILITIES: u16 = 1_000;
/// From 8:00 JST (23:00 UTC of the day before) on.
const MORNING_S: i64 = 3_600;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let days = app.rules.book().any_pack().parameters().disaster.clear_days;
    let week = (now.seconds() + MORNING_S).div_euclid(7 * 86_400);
    let mut letters = Vec::new();
    for region in region::list(&app.store).await? {
        let left = let_in::list_overdue(&app.store, region.id, now.plus_days(-i64::from(days)), FACILITIES).await?;
        let letter = |to, page: String, devices| {
            let letter = Letter::new(Kind::DisasterUncleared, to, Link::Page(page)).about("devices", Said::Number(devices));
            letter.about("days", Said::Number(days.into())).once(week.to_string())
        };
        if left.is_empty() {
            continue;
        }
        letters.push(letter(Recipients::Secretariat(region.id), "/disaster".to_owned(), left.iter().map(|(_, devices)| devices).sum()));
        letters.extend(left.into_iter().map(|(facility, devices)| {
            letter(Recipients::Facility(facility, Role::IN_CHARGE), format!("/facilities/{facility}/disaster/let-in"), devices)
        }));
    }
    super::queue(app, &letters).await
}
