//! Papers whose period ends: the approval of a personal device within a week or at its end (§20-7), a take-out that is not back (§20-8).
//! Each is told once for each end that it was given.

use crate::app::App;
use crate::domain::mail::{Letter, Link, Recipients, Said};
use crate::domain::people::Role;
use crate::store::{mail, paper, told};

/// Papers that are told in one transaction.
const AT_ONCE: u16 = 100;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    loop {
        let now = app.clock.now();
        let due = paper::list_untold(&app.store, now, AT_ONCE).await?;
        let mut tx = app.store.begin().await?;
        for paper in &due {
            let step = paper.step();
            told::put(&mut tx, &paper.id.to_string(), &step, now).await?;
            let Some(kind) = paper.state.clock_tells(paper.kind, paper.until, now) else { continue };
            let in_charge = Recipients::Facility(paper.facility, &[Role::Administrator, Role::Deputy]);
            let page = Link::Page(format!("/papers/{}", paper.id));
            let mut letters = vec![(in_charge, page.clone())];
            letters.extend(paper.applicant.map(|person| (Recipients::Person(person), page)));
            // Without an account: at the address they proved, with the link to their own page.
            letters.extend(paper::find_way(&mut *tx, paper.id).await?.map(|way| (Recipients::Applicant(paper.id), Link::Secret(way))));
            for (to, link) in letters {
                let letter = Letter::new(kind, to, link);
                let letter = letter.about("day", Said::Day(paper.until.plus_seconds(-1))).once(format!("{} {step}", paper.id));
                mail::queue(&mut tx, (&app.random, now), &letter).await?;
            }
        }
        tx.commit().await?;
        if due.len() < usize::from(AT_ONCE) || app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}
