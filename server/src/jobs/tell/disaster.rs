//! 災害時特例: who is told of which step. A facility's own 仮発動 goes to the 事務局 to be answered; what holds, changes and ends goes to
//! whoever it concerns and to the 事務局. Where several hold, their facility is told that it is over by the last one that ends.

use super::to_many;
use crate::app::App;
use crate::domain::disaster::StepKind;
use crate::domain::ids::FacilityId;
use crate::domain::mail::{Kind, Letter, Link, Recipients, Said};
use crate::store::disaster::{Untold, list_untold, step_word};
use crate::store::mail::{self, Reached};
use crate::store::told;

/// Steps of one run.
const STEPS: u16 = 50;
/// What was entered before that is news no more: mail was off, or the collector.
const NEWS_DAYS: i64 = 3;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    for step in list_untold(&app.store, app.clock.now().plus_days(-NEWS_DAYS), STEPS).await? {
        if !tell(app, &step).await? {
            break;
        }
    }
    Ok(())
}

/// What a step is told as: to the 事務局, and to the facilities of which reach.
struct Letters {
    secretariat: Option<Kind>,
    facilities: Option<(Kind, Reached)>,
}

fn letters(step: &Untold) -> Letters {
    let id = step.exception;
    let of = |secretariat: Option<Kind>, kind, places| Letters { secretariat, facilities: Some((kind, places)) };
    let both = |kind, places| of(Some(kind), kind, places);
    match step.kind {
        StepKind::Begun => of(Some(Kind::DisasterAsked), Kind::DisasterOn, Reached::Covered(id)),
        StepKind::Renewed => of(Some(Kind::DisasterAsked), Kind::DisasterExtended, Reached::Covered(id)),
        StepKind::Activated => both(Kind::DisasterOn, Reached::Covered(id)),
        StepKind::Ratified | StepKind::Extended => both(Kind::DisasterExtended, Reached::Covered(id)),
        StepKind::LiftedInPart => of(None, Kind::DisasterEnded, Reached::Lifted(id)),
        StepKind::Refused | StepKind::Withdrawn | StepKind::Lifted | StepKind::Lapsed => both(Kind::DisasterEnded, Reached::Ever(id)),
        StepKind::Reported | StepKind::Closed => Letters { secretariat: None, facilities: None },
    }
}

/// Queues the letters of a step; `false`: the collector is ending.
async fn tell(app: &App, step: &Untold) -> anyhow::Result<bool> {
    let letters = letters(step);
    if let Some((kind, places)) = letters.facilities {
        let places = match places {
            Reached::Covered(_) if step.whole => Reached::All,
            Reached::All | Reached::Covered(_) | Reached::Lifted(_) | Reached::Ever(_) | Reached::Notice(_) | Reached::Unconfirmed(_) => {
                places
            }
        };
        let page = |facility: FacilityId| {
            let list = if kind == Kind::DisasterEnded { "/let-in" } else { "" };
            format!("/facilities/{facility}/disaster{list}")
        };
        if !to_many(app, (step.region, places), |facility| about(step, kind, page(facility))).await? {
            return Ok(false);
        }
    }
    let mut tx = app.store.begin().await?;
    if let Some(kind) = letters.secretariat {
        mail::queue(&mut tx, (&app.random, app.clock.now()), &about(step, kind, format!("/disaster/{}", step.exception))).await?;
    }
    told::put(&mut tx, &step.exception.to_string(), &step_word(step.n), app.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// A letter about a step. That an exception is over is said to nobody twice, however it ended in parts.
fn about(step: &Untold, kind: Kind, path: String) -> Letter<'static> {
    let letter = Letter::new(kind, Recipients::Secretariat(step.region), Link::Page(path));
    let once = if kind == Kind::DisasterEnded { step.exception.to_string() } else { format!("{} {}", step.exception, step.n) };
    match step.until.filter(|_| kind.values().contains(&"until")) {
        Some(until) => letter.about("until", Said::At(until)),
        None => letter,
    }
    .once(once)
}
