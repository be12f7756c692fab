//! Enrolment codes (issued, shown once, revoked) and devices in 登録待ち.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::guard::{Fresh, Here, Who};
use super::live::{OfFacility, Shown};
use super::papers::place;
use super::places::{After, called, mark};
use super::setup::{put_once, take_once};
use super::typed::{Asked, Typed};
use super::visit::Visitor;
use super::{PageError, Web, page, page_once, shell, twice};
use crate::domain::act::{Done, What};
use crate::domain::device::Ownership;
use crate::domain::enrolment::{CodeWish, LONGEST_AUTO_HOURS, MOST_AUTO_USES, MOST_USES};
use crate::domain::ids::CodeId;
use crate::domain::people::{Person, Right, half_width, may};
use crate::store::belonging::Home;
use crate::store::device;
use crate::views::{Candidate, CodeIssuedPage, CodeLine, CodesPage, IssuedCode, Moment, PendingPage, Qr, Suspicion};
use crate::words::Text;

/// Lifetimes offered: (hours, key of the words).
const LIFETIMES: &[(&str, &str)] =
    &[("1", "codes-1-hour"), ("24", "codes-1-day"), ("72", "codes-3-days"), ("168", "codes-7-days"), ("720", "codes-30-days")];
/// What the form sends for a code that confirms by itself.
const AUTO: &str = "auto";
/// Devices that wait for a decision, and codes, on one page.
const CANDIDATES: u16 = 50;
const CODES: u16 = 50;

/// A wish as typed.
#[derive(Deserialize)]
pub(super) struct Wish {
    uses: String,
    hours: String,
    /// `auto`: devices skip 登録待ち.
    #[serde(default)]
    confirm: String,
    /// The form's mark.
    #[serde(default)]
    once: String,
}

async fn codes_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    (typed, error): (Wish, Option<Text>),
    asked: After,
) -> Result<Response, PageError> {
    let mut codes = web.store.list_live_codes(home.facility, asked.id()?, (web.now(), CODES + 1)).await?;
    let more = codes.len() > usize::from(CODES);
    codes.truncate(usize::from(CODES));
    let next = codes.last().filter(|_| more).map(|last| format!("/facilities/{}/codes?after={}#live", home.facility, last.id));
    page(&CodesPage {
        shell: shell("codes-title", visitor, Some(person)),
        facility: place(web, home).await?,
        once: twice::mark(web),
        codes: codes
            .into_iter()
            .map(|c| CodeLine {
                id: c.id.to_string(),
                issued_at: c.issued_at.into(),
                expires_at: c.expires_at.into(),
                used: Text::new("codes-used").with("uses", c.uses).with("allowed", c.uses_allowed),
                auto_confirm: c.auto_confirm,
            })
            .collect(),
        next,
        paged: asked.is_further(),
        error,
        uses: typed.uses,
        hours: typed.hours,
        auto: typed.confirm == AUTO,
        auto_about: Text::new("codes-confirm-about").with("uses", MOST_AUTO_USES).with("hours", LONGEST_AUTO_HOURS),
        most_uses: MOST_USES,
        lifetimes: LIFETIMES,
        may_issue: may(person.role, Right::Enrol),
    })
}

/// `GET /facilities/{facility}/codes`
pub(super) async fn show_codes(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let wish = Wish { uses: "1".to_owned(), hours: "24".to_owned(), confirm: String::new(), once: String::new() };
    codes_page(&web, &visitor, &person, home, (wish, None), asked).await
}

/// `POST /facilities/{facility}/codes`: a code that lets devices in without anybody looking needs a fresh proof.
pub(super) async fn issue_code(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    fresh: Fresh,
    Typed(typed): Typed<Wish>,
) -> Result<Response, PageError> {
    let number = |text: &str| text.trim().chars().map(half_width).collect::<String>().parse::<u32>().unwrap_or(0);
    let wish = CodeWish {
        region: home.region,
        facility: home.facility,
        uses: number(&typed.uses),
        hours: number(&typed.hours),
        auto_confirm: typed.confirm == AUTO,
        ownership: Ownership::Managed,
    };
    if wish.auto_confirm {
        fresh.demand()?;
    }
    let Ok((issued, code)) = wish.issue(web.root_pin(), web.now(), &web.random) else {
        let error = if typed.confirm == AUTO {
            Text::of_field("codes-wrong-auto", "confirm").with("uses", MOST_AUTO_USES).with("hours", LONGEST_AUTO_HOURS)
        } else {
            Text::of_field("codes-wrong", "uses").with("n", MOST_USES)
        };
        let answer = codes_page(&web, &visitor, &person, home, (typed, Some(error)), After::default()).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
    };
    let once = format!("{}\n{}\n{}", code.to_text(), issued.wish.uses, issued.expires_at.seconds());
    let (mut tx, taking) = match twice::take(&web, web.store.begin().await?, &visitor, &typed.once).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    tx.insert_code(&issued, &person.id.to_string()).await?;
    let done = Done::by_person(&person, What::CodeIssued, web.now()).at_facility(home.region, home.facility).on_code(issued.id);
    web.log(&mut tx, &done.noting(issued.wish.to_detail())).await?;
    let sealed = put_once(&web, &mut tx, &visitor, &once).await?;
    let next = format!("/facilities/{}/codes/issued", home.facility);
    taking.leads_to(&web, &mut tx, &next, Some(&sealed)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&next).into_response())
}

/// `GET /facilities/{facility}/codes/issued`: the code, once.
pub(super) async fn show_issued_code(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let once = take_once(&web, &visitor).await?;
    let code = once.as_deref().and_then(|text| {
        let mut lines = text.lines();
        let (text, uses, expires_at) = (lines.next()?, lines.next()?, lines.next()?);
        Some(IssuedCode {
            text: text.to_owned(),
            qr: drawn(text),
            server: web.settings.device_address.clone(),
            uses: uses.parse().ok()?,
            expires_at: Timestamp::from_seconds(expires_at.parse().ok()?).into(),
        })
    });
    page_once(&CodeIssuedPage { shell: shell("codes-title", &visitor, Some(&person)), facility: place(&web, home).await?, code })
}

/// The code's QR code. Without one the code is still there to be typed: it is shown only now.
fn drawn(text: &str) -> Option<Qr> {
    Qr::of(text).inspect_err(|error| tracing::error!(%error, "an enrolment code cannot be drawn as a QR code")).ok()
}

/// `POST /codes/{code}/revoke`
pub(super) async fn revoke_code(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let code: CodeId = id.parse().map_err(|_| PageError::NotFound)?;
    let mut tx = web.store.begin().await?;
    // Revoked before is revoked all the same.
    if tx.revoke_code(home.facility, code, web.now()).await? {
        let done = Done::by_person(&person, What::CodeRevoked, web.now()).at_facility(home.region, home.facility).on_code(code);
        web.log(&mut tx, &done).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/facilities/{}/codes", home.facility)).into_response())
}

/// `GET /facilities/{facility}/pending`
pub(super) async fn show_pending(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(asked): Asked<After>,
    shown: Shown,
) -> Result<Response, PageError> {
    let revision = OfFacility::read(&web, home).await?.revision();
    if let Some(unchanged) = shown.unchanged(&revision) {
        return Ok(unchanged);
    }
    let mut waiting = device::list_waiting(&web.store, home.facility, asked.id()?, CANDIDATES + 1).await?;
    let more = waiting.len() > usize::from(CANDIDATES);
    waiting.truncate(usize::from(CANDIDATES));
    let next = waiting.last().filter(|_| more).map(|last| format!("/facilities/{}/pending?after={}", home.facility, last.id));
    let mut devices = Vec::with_capacity(waiting.len());
    for device in &waiting {
        devices.push(candidate(&web, (&person, visitor.lang), home, device).await?);
    }
    page(&PendingPage {
        shell: shell("pending-title", &visitor, Some(&person)).live(revision),
        facility: place(&web, home).await?,
        devices,
        next,
        paged: asked.is_further(),
    })
}

async fn candidate(web: &Web, (reader, lang): (&Person, Lang), home: Home, waiting: &device::Device) -> Result<Candidate, PageError> {
    let label = |of: &device::Device| called(reader, of.ownership, &of.label, of.id);
    if !reader.role.sees_facts(waiting.ownership) {
        let enrolled = Moment::new(waiting.enrolled_at, web.now());
        return Ok(Candidate {
            id: waiting.id.to_string(),
            label: label(waiting),
            mark: mark(web, waiting.standing, None, None),
            enrolled,
            evidence: Vec::new(),
            suspicion: None,
            may_decide: false,
        });
    }
    let mut lines = vec![("device-about-class", waiting.class.label(lang).to_owned())];
    let mut suspicion = None;
    if let Some(shown) = web.store.find_evidence(waiting.id).await? {
        let mut add = |name, value: Option<String>| lines.extend(value.filter(|v| !v.is_empty()).map(|v| (name, v)));
        add("shown-maker", shown.maker);
        add("shown-model", shown.model);
        add("shown-hypervisor", shown.hypervisor);
        add("shown-os", shown.os);
        add("device-about-agent", Some(format!("{} {}", shown.platform, shown.agent_version)));
        // Enough to compare two devices by eye; the whole digest helps nobody.
        add("shown-key", shown.key_digest.get(..16).map(str::to_owned));
        add("shown-hardware", shown.ids.system_uuid.or(shown.ids.serial).and_then(|id| id.get(..16).map(str::to_owned)));
        if let Some((kind, like)) = shown.suspicion {
            // A device elsewhere is not named here: that it exists is not this facility's to know.
            let like = match like {
                Some(like) => device::find(&web.store, home.facility, like).await?.map(|d| (d.id.to_string(), label(&d))),
                None => None,
            };
            suspicion = Some(Suspicion { key: kind.key(), like });
        }
    }
    Ok(Candidate {
        id: waiting.id.to_string(),
        label: label(waiting),
        mark: mark(web, waiting.standing, None, None),
        enrolled: Moment::new(waiting.enrolled_at, web.now()),
        evidence: lines,
        suspicion,
        may_decide: may(reader.role, Right::Enrol),
    })
}
