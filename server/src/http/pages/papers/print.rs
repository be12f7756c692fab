//! A paper as an A4 form with its 決裁欄: as it was filed, or blank for when the collector cannot be reached.

use axum::extract::{Path, State as Use};
use axum::response::Response;
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::files::names;
use super::incident::named;
use super::one::pairs;
use super::{days_called, find, place, sees, title};
use crate::domain::paper::{Act, Kind};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::paper::{self, Past};
use crate::views::{PaperPrintPage, Seal};
use crate::words::Text;

/// `GET /papers/{paper}/print`
pub(in crate::http::pages) async fn show_print(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let found = find(&web, home, &id).await?;
    let paper = &found.paper;
    named(&web, &person, home, &found).await?;
    let past = paper::history(&web.store, paper.id).await?;
    let mut pairs: Vec<_> = pairs(&person, &found, false).into_iter().map(|(label, words)| (label, Some(words))).collect();
    let files = if sees(&person, paper) { names(&web, paper).await? } else { Vec::new() };
    pairs.extend(files.into_iter().map(|name| ("file-one", Some(Text::verbatim(name)))));
    page(&PaperPrintPage {
        shell: shell(title(paper), &visitor, Some(&person)),
        facility: place(&web, home).await?,
        back: format!("/papers/{}", paper.id),
        pairs,
        seals: paper.kind.seals().iter().map(|(key, acts)| seal(key, acts, &past)).collect(),
        state: Some(paper.state.key()),
    })
}

/// Which blank form.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http::pages) struct Which {
    kind: Option<String>,
}

/// `GET /facilities/{facility}/papers/blank`
pub(in crate::http::pages) async fn show_blank(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(which): Asked<Which>,
) -> Result<Response, PageError> {
    let kind = which.kind.as_deref().map_or(Some(Kind::TakeOut), Kind::from_word).ok_or(PageError::NotFound)?;
    let device = kind.names_device().then_some("paper-device");
    let head = [kind.person().0, kind.filing().1].into_iter().chain(device).chain([days_called(kind)]);
    let labels = head.chain(kind.fields().iter().chain(kind.closing_fields()).map(|field| field.label));
    page(&PaperPrintPage {
        shell: shell(kind.key(), &visitor, Some(&person)),
        facility: place(&web, home).await?,
        back: format!("/facilities/{}/papers", home.facility),
        pairs: labels.map(|label| (label, None)).collect(),
        seals: kind.seals().iter().map(|(key, acts)| seal(key, acts, &[])).collect(),
        state: None,
    })
}

/// A field of the 決裁欄: the last who did one of these acts.
fn seal(key: &'static str, acts: &[Act], past: &[Past]) -> Seal {
    let done = past.iter().rev().find(|past| acts.contains(&past.act));
    let name = done.and_then(|past| if past.checker.is_empty() { past.by.clone() } else { Some(past.checker.clone()) });
    Seal { key, name, day: done.map(|past| wareki(past.on.unwrap_or(past.at))) }
}

/// The day as printed forms have it in Japanese: by the era's years (令和1年 is 2019).
fn wareki(at: Timestamp) -> Text {
    let date = at.jst_date_in(hashimori_shared::lang::Lang::English);
    let part = |n: usize| date.split('-').nth(n).and_then(|part| part.parse::<i64>().ok());
    match (part(0), part(1), part(2)) {
        (Some(year), Some(month), Some(day)) => {
            Text::new("paper-wareki").with("era", year - 2018).with("year", year).with("month", month).with("day", day)
        }
        _ => Text::Day(at),
    }
}
