//! The facility's links for people without an account: made anew (which ends the one before), shown once, ended.

use axum::extract::State as Use;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::place;
use crate::domain::act::{Done, What};
use crate::domain::membership::Doing;
use crate::domain::paper::Kind;
use crate::domain::people::link::Token;
use crate::domain::people::{Right, may};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::membership::closed;
use crate::http::pages::setup::{put_once, take_once};
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Kept, Visitor};
use crate::http::pages::{PageError, Web, page, page_once, shell};
use crate::store::facility_link;
use crate::views::{FacilityLinkLine, FacilityLinkPage, FacilityLinksPage, Moment, Qr};
use crate::words::Text;

/// `GET /facilities/{facility}/links`
pub(in crate::http::pages) async fn show_links(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let working = facility_link::list(&web.store, home.facility).await?;
    let line = |kind: &Kind| {
        let link = working.iter().find(|link| link.kind == *kind);
        FacilityLinkLine {
            word: kind.as_str(),
            key: kind.key(),
            since: link.map(|link| Moment::new(link.made_at, web.now())),
            by: link.map(|link| link.made_by.clone().map_or(Text::new("oplog-erased"), Text::verbatim)),
        }
    };
    page(&FacilityLinksPage {
        shell: shell("links-title", &visitor, Some(&person)),
        facility: place(&web, home).await?,
        may_change: may(person.role, Right::FilePapers),
        lines: Kind::ALL.iter().filter(|kind| kind.has_link()).map(line).collect(),
    })
}

/// What is to become of a link.
#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct Change {
    #[serde(default)]
    kind: String,
    /// `end`: the link ends without another.
    #[serde(default)]
    to: String,
}

/// `POST /facilities/{facility}/links`
pub(in crate::http::pages) async fn change_link(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(change): Typed<Change>,
) -> Result<Response, PageError> {
    let kind = Kind::from_word(&change.kind).filter(|kind| kind.has_link()).ok_or(PageError::Malformed(Kept::default()))?;
    let (now, ends) = (web.now(), change.to == "end");
    // Through a link that is left people can still report what went wrong; ending one is always possible.
    let doing = if ends { Doing::WindUp } else { Doing::of_new(kind) };
    if let Some(why) = closed(&web, home, doing).await? {
        return Err(PageError::Closed(why, Kept::default()));
    }
    let mut tx = web.store.begin().await?;
    if ends {
        facility_link::delete(&mut tx, home.facility, kind).await?;
    } else {
        let token = Token::new(&web.random);
        facility_link::put(&mut tx, (home.facility, kind), &token.hash(), (person.id, now)).await?;
        put_once(&web, &mut tx, &visitor, &format!("{}\n{}/apply/{}", kind.as_str(), web.settings.public_url, token.to_text())).await?;
    }
    let done = Done::by_person(&person, What::FacilityLinkChanged, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.noting(format!("kind={} to={}", kind.as_str(), if ends { "end" } else { "new" }))).await?;
    tx.commit().await?;
    let next = if ends { "links" } else { "links/issued" };
    Ok(Redirect::to(&format!("/facilities/{}/{next}", home.facility)).into_response())
}

/// `GET /facilities/{facility}/links/issued`: the link, once, as a card for the wall.
pub(in crate::http::pages) async fn show_link(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let once = take_once(&web, &visitor).await?;
    let link =
        once.as_deref().and_then(|once| once.split_once('\n')).and_then(|(kind, url)| Some((Kind::from_word(kind)?, url.to_owned())));
    page_once(&FacilityLinkPage {
        shell: shell("links-title", &visitor, Some(&person)),
        facility: place(&web, home).await?,
        kind: link.as_ref().map(|(kind, _)| kind.key()),
        // Without a drawing the address is still there to be typed: it is shown only now.
        qr: link.as_ref().and_then(|(_, url)| {
            Qr::of(url).inspect_err(|error| tracing::error!(%error, "a facility's link cannot be drawn as a QR code")).ok()
        }),
        url: link.map(|(_, url)| url),
    })
}
