//! 注意・指導 (§10) and 利用制限 (留2-2) beyond their papers: the 事務局's list of those that are not done with, and the letters that tell
//! the other side.

use axum::extract::State as Use;
use axum::response::Response;
use serde::Deserialize;

use super::{LISTED, days, mark, next, title};
use crate::domain::ids::PaperId;
use crate::domain::mail::{Kind as Told, Letter, Link, Recipients};
use crate::domain::paper::{Act, Kind};
use crate::domain::people::Role;
use crate::http::pages::guard::Who;
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::{Tx, mail, paper};
use crate::views::{MeasureLine, MeasuresPage, Place};

/// Of which kind, after which one.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Wanted {
    kind: Option<String>,
    after: Option<String>,
}

/// `GET /measures`: of each kind those that are due first, and the others kind by kind.
pub(in crate::http::pages) async fn show_measures(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    let after = wanted.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let asked = wanted.kind.as_deref().map(|word| Kind::from_word(word).ok_or(PageError::NotFound)).transpose()?;
    let (mut lines, mut further) = (Vec::new(), Vec::new());
    for kind in [Kind::Guidance, Kind::Restriction].into_iter().filter(|kind| asked.is_none_or(|asked| asked == *kind)) {
        let mut open = paper::list_open(&web.store, (person.scope.region(), kind), (after, LISTED + 1)).await?;
        let next = next(&mut open, &format!("/measures?kind={}&", kind.as_str()));
        further.extend(next.map(|link| (kind.key(), link)));
        for (facility, name, found) in open {
            lines.push(MeasureLine {
                id: found.paper.id.to_string(),
                facility: Place { id: facility.to_string(), name },
                title: title(&found.paper),
                mark: mark(&web, &found.paper),
                clause: found.paper.values.get("clause").cloned().unwrap_or_default(),
                days: days(&found.paper),
            });
        }
    }
    page(&MeasuresPage { shell: shell("measures-title", &visitor, Some(&person)), lines, further, paged: asked.is_some() })
}

/// Tells the other side of a step by mail, where there is mail.
pub(super) async fn tell(web: &Web, tx: &mut Tx, home: Home, (kind, act): (Kind, Act), paper: PaperId) -> Result<(), PageError> {
    let to_facility = Recipients::Facility(home.facility, &[Role::Head, Role::Administrator]);
    let (told, to) = if kind == Kind::Guidance && matches!(act, Act::File | Act::SendBack | Act::Escalate) {
        (Told::GuidanceIssued, to_facility)
    } else if kind == Kind::Guidance && act == Act::Answer {
        (Told::GuidanceAnswered, Recipients::Secretariat(home.region))
    } else if kind == Kind::Restriction {
        (Told::RestrictionChanged, to_facility)
    } else {
        return Ok(());
    };
    if web.settings.mail {
        let letter = Letter::new(told, to, Link::Page(format!("/papers/{paper}")));
        mail::queue(tx, (&web.random, web.now()), &letter).await?;
    }
    Ok(())
}
