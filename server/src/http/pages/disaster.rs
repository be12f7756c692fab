//! 災害時特例: the region's list and 発動, one exception's file, and a facility's own page. What may be done is the domain's to say;
//! the acts themselves are `crate::exceptions`'s.

mod door;
mod gone;
mod let_in;
mod local;
mod region;
mod typed;

use axum::http::StatusCode;
use hashimori_shared::time::Timestamp;

use super::overtaken::First;
use super::{PageError, Web};
use crate::domain::disaster::{EARLIEST_DAYS, Exception, LONGEST_DAYS, Reach, Refused, StepKind};
use crate::domain::ids::{ExceptionId, RegionId};
use crate::domain::people::{Person, Role, Scope};
use crate::exceptions::Failed;
use crate::store::belonging::Home;
use crate::store::disaster::cover;
use crate::store::{Tx, area, disaster, facility};
use crate::views::{ExceptionLine, Moment};
use crate::words::Text;

pub(super) use door::{join, renew_door, show_door, show_join};
pub(super) use gone::{note_gone, show_gone};
pub(super) use let_in::{clear, let_in, show_let_in};
pub(super) use local::{act_locally, show_facility};
pub(super) use region::{act, activate, show_file, show_paper, show_region};

/// What a form is answered with that could not be taken.
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// Whether a facility's devices are 災害時特例中.
pub(super) async fn is_covered(web: &Web, home: Home) -> Result<bool, PageError> {
    Ok(cover::is_covered(web.store.read(), home, web.now()).await?)
}

/// One as a list shows it, as it stands now.
async fn line(web: &Web, exception: &Exception) -> Result<ExceptionLine, PageError> {
    let now = web.now();
    let ends = exception.ended.map_or(exception.ends_at, |(_, at)| at);
    Ok(ExceptionLine {
        id: exception.id.to_string(),
        drill: exception.drill,
        phase: exception.phase.key(),
        is_open: exception.phase.is_open(),
        reach: reach(web, exception).await?,
        reason: exception.reason.clone(),
        began: Moment::new(exception.began_at, now),
        ends: Moment::new(ends, now),
        ending: exception.ended.map(|(ending, _)| ending.key()),
    })
}

/// What it covers, in a few words.
async fn reach(web: &Web, exception: &Exception) -> Result<Text, PageError> {
    let mut places = places(web, exception).await?.into_iter().map(|(_, name, _)| name);
    let Some(first) = places.next() else { return Ok(Text::new("disaster-reach-region")) };
    Ok(match places.count() {
        0 => first,
        more => Text::new("disaster-reach-more").with("first", first).with("n", more),
    })
}

/// The places that it names: key, name, since when it does not cover them any more.
async fn places(web: &Web, exception: &Exception) -> Result<Vec<(String, Text, Option<Timestamp>)>, PageError> {
    let mut places = Vec::new();
    match &exception.reach {
        Reach::Region => {}
        Reach::Areas(areas) => {
            for place in areas {
                let found = area::find(web.store.read(), exception.region, place.what).await?;
                let name = found.map_or_else(|| Text::new("frame-none"), |area| Text::verbatim(area.name.as_str()));
                places.push((place.what.to_string(), name, place.lifted_at));
            }
        }
        Reach::Facilities(facilities) => {
            for place in facilities {
                let found = facility::find(&web.store, exception.region, place.what).await?;
                let name = found.map_or_else(|| Text::new("frame-none"), |facility| Text::verbatim(facility.name));
                places.push((place.what.to_string(), name, place.lifted_at));
            }
        }
    }
    Ok(places)
}

/// Whether nobody acted on an exception since a page showed so many acts of its file (`seen`, as its form sends it). Takes the turn: it
/// stays so until the transaction ends. A form that says nothing of it saw the exception as it is.
async fn is_as_seen(tx: &mut Tx, (region, id): (RegionId, ExceptionId), seen: &str) -> Result<bool, PageError> {
    disaster::take_turn(tx, region).await?;
    let there = disaster::count_acts(&mut **tx, id).await?;
    Ok(seen.parse().map_or(true, |seen: i64| seen == there))
}

/// What somebody did with an exception last; `None`: its file does not tell. What the 事務局 did is the office's to a facility.
async fn first(web: &Web, reader: &Person, id: ExceptionId) -> Result<Option<First>, PageError> {
    let last = disaster::list_steps(&web.store, id).await?.into_iter().rfind(|step| step.kind != StepKind::Lapsed);
    Ok(last.map(|step| {
        let first = First::of(reader, (&step.by, step.name.as_deref()), step.entered_at, step.kind.key());
        let by_facility = matches!(step.kind, StepKind::Begun | StepKind::Renewed | StepKind::Withdrawn);
        let named = by_facility || matches!(reader.scope, Scope::Region(_));
        if named { first } else { first.called(Text::new(Role::Secretariat.key())) }
    }))
}

/// Somebody was quicker with an exception.
async fn overtaken(web: &Web, reader: &Person, id: ExceptionId, unsaid: &'static str) -> Result<PageError, PageError> {
    Ok(first(web, reader, id).await?.map_or(PageError::Conflict(Text::new(unsaid)), First::error))
}

/// Why nothing was done, for people; what failed inside goes on.
fn refusal(failed: Failed) -> Result<Text, PageError> {
    Ok(match failed {
        Failed::Missing => return Err(PageError::NotFound),
        Failed::Store(error) => return Err(error.into()),
        Failed::Covered => Text::new("disaster-refused-covered"),
        Failed::Changed => Text::new("disaster-refused-changed"),
        Failed::Refused(refused) => match refused {
            Refused::NotYours => Text::new("disaster-refused-not-yours"),
            Refused::Not(phase) => Text::new("disaster-refused-phase").with("phase", Text::new(phase.key())),
            Refused::UsedUp(Some(until)) => Text::new("disaster-refused-used-up-until").with("until", until),
            Refused::UsedUp(None) => Text::new("disaster-refused-used-up"),
            Refused::NotLater => Text::of_field("disaster-refused-not-later", "days"),
            Refused::Days => Text::of_field("disaster-wrong-days", "days").with("most", LONGEST_DAYS),
            Refused::Places => Text::new("disaster-refused-places"),
            Refused::Moment => Text::of_field("disaster-wrong-event", "event").with("days", EARLIEST_DAYS),
            Refused::Uncleared(n) => Text::new("disaster-refused-uncleared").with("n", n),
        },
    })
}
