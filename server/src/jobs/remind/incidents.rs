//! The statutory clock of open incidents: 速報 and 確報 that come near or are over, to those in charge and to the 事務局. At once, for a
//! row of holidays is longer than the time there is.

use crate::app::App;
use crate::domain::ids::{FacilityId, RegionId};
use crate::domain::mail::{Letter, Link, Recipients, Said};
use crate::domain::paper::{Act, Deadline, Kind, Near, Paper};
use crate::domain::people::Role;
use crate::store::{mail, paper, region, told};

/// Incidents read at once.
const INCIDENTS: u16 = 256;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let rules = app.rules.book().any_pack().parameters().incident.clone();
    for region in region::list(&app.store).await? {
        let mut after = None;
        loop {
            let open = paper::list_open(&app.store, (region.id, Kind::Incident), (after, INCIDENTS)).await?;
            for (facility, _, found) in &open {
                let now = app.clock.now();
                let near = found.paper.deadlines(&rules).into_iter().filter_map(|deadline| Some((deadline, deadline.near(now)?)));
                for (deadline, near) in near.collect::<Vec<_>>() {
                    tell(app, (region.id, *facility), &found.paper, (deadline, near)).await?;
                }
            }
            match open.last() {
                Some((.., last)) if open.len() == usize::from(INCIDENTS) => after = Some(last.paper.id),
                Some(_) | None => break,
            }
        }
    }
    Ok(())
}

async fn tell(
    app: &App,
    (region, facility): (RegionId, FacilityId),
    paper: &Paper,
    (deadline, near): (Deadline, Near),
) -> anyhow::Result<()> {
    let (about, step) = (paper.id.to_string(), format!("{} {}", deadline.act.as_str(), near.as_str()));
    if told::exists(app.store.read(), &about, &step).await? {
        return Ok(());
    }
    let past = paper::history(&app.store, paper.id).await?;
    if past.iter().any(|past| past.act == deadline.act || past.act == Act::NoLeak) {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    told::put(&mut tx, &about, &step, now).await?;
    for to in [Recipients::Facility(facility, Role::IN_CHARGE), Recipients::Secretariat(region)] {
        let letter = Letter::new(deadline.letter(near), to, Link::Page(format!("/papers/{about}")));
        let letter = letter.about("day", Said::Day(deadline.due.plus_seconds(-1))).once(format!("{about} {step}"));
        mail::queue(&mut tx, (&app.random, now), &letter).await?;
    }
    Ok(tx.commit().await?)
}
