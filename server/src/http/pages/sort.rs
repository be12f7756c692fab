//! Saying that a device is of another kind, or another's: with the reason, which stays in the 事務局's view.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::device::{log_view, named, overtaken};
use super::guard::{Here, Who};
use super::places::name;
use super::typed::Typed;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::device::{ClassWord, Ownership, Sort, SortChange, Standing};
use crate::domain::ids::{DeviceId, ExclusionId};
use crate::domain::people::Person;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::store::belonging::Home;
use crate::store::device::{self, Device};
use crate::store::exclusion::{self, NewSort};
use crate::views::SortPage;
use crate::words::Text;

/// What was typed: the sort as the page showed it, the one wanted, and why.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    was: String,
    #[serde(default)]
    ownership: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    why: String,
}

impl Wanted {
    fn sort(&self) -> Option<Sort> {
        Some(Sort { ownership: Ownership::from_word(&self.ownership)?, class: ClassWord::from_word(&self.class)?.into() })
    }

    /// The change asked for, and why; what is wrong with it otherwise.
    fn read(&self, device: &Device) -> Result<(SortChange, String), Text> {
        let is = self.sort().ok_or_else(|| unsorted(&self.ownership))?;
        // A page that says nothing readable of the former sort saw it as it is.
        let change = SortChange { was: self.was.parse().unwrap_or(device.sort()), is };
        if !change.is_any() {
            return Err(Text::of_field("sort-same", "ownership"));
        }
        let why = reason(&self.why).map_err(|_| Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON))?;
        Ok((change, why))
    }
}

/// What is said where whose it is, or what kind of device, is none of the choices.
pub(super) fn unsorted(ownership: &str) -> Text {
    Text::of_field("sort-wrong", if Ownership::from_word(ownership).is_none() { "ownership" } else { "class" })
}

/// Whether there is anything to say of it still.
pub(super) const fn is_open(standing: Standing) -> bool {
    !matches!(standing, Standing::Retired | Standing::Refused)
}

async fn gone(web: &Web, reader: &Person, home: Home, device: DeviceId) -> Result<PageError, PageError> {
    let acts = [What::DeviceChanged, What::DeviceRetired, What::DeviceRefused];
    overtaken(web, reader, (home, device), &acts, "sort-gone").await
}

/// `GET /devices/{device}/sort`
pub(super) async fn show_sort(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let device = named(&web, home, &id).await?;
    let Sort { ownership, class } = device.sort();
    let now = Wanted {
        was: device.sort().to_string(),
        ownership: ownership.as_str().to_owned(),
        class: ClassWord::from(class).as_str().to_owned(),
        why: String::new(),
    };
    sort_page(&web, (&visitor, &person), (home, &device), (now, None)).await
}

async fn sort_page(
    web: &Web,
    (visitor, person): (&Visitor, &Person),
    (home, device): (Home, &Device),
    (typed, error): (Wanted, Option<Text>),
) -> Result<Response, PageError> {
    if !is_open(device.standing) {
        return Err(gone(web, person, home, device.id).await?);
    }
    log_view(web, person, home, device).await?;
    let label = name(&device.label);
    let owners = Ownership::ALL.iter().map(|&owner| (owner.as_str(), owner_text(owner), typed.ownership == owner.as_str()));
    let classes = ClassWord::ALL.iter().map(|&class| {
        let words = Text::verbatim(hashimori_shared::report::DeviceClass::from(class).label(visitor.lang));
        (class.as_str(), words, typed.class == class.as_str())
    });
    page(&SortPage {
        shell: shell(Text::new("sort-title").with("device", label.clone()), visitor, Some(person)),
        back: (label, format!("/devices/{}", device.id)),
        action: format!("/devices/{}/sort", device.id),
        consequences: ["sort-then-judged", "sort-then-facts", "sort-then-seen"].map(Text::new).to_vec(),
        owners: owners.collect(),
        classes: classes.collect(),
        was: typed.was,
        why: typed.why,
        longest_reason: LONGEST_REASON,
        error,
    })
}

/// What an owner is called.
pub(super) fn owner_text(owner: Ownership) -> Text {
    Text::new(match owner {
        Ownership::Managed => "device-managed",
        Ownership::Personal => "device-personal",
    })
}

/// `POST /devices/{device}/sort`
pub(super) async fn reclassify(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(typed): Typed<Wanted>,
) -> Result<Response, PageError> {
    let (device, now) = (named(&web, home, &id).await?, web.now());
    let (change, why) = match typed.read(&device) {
        Ok(read) => read,
        Err(error) => {
            let answer = sort_page(&web, (&visitor, &person), (home, &device), (typed, Some(error))).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response());
        }
    };
    let mut tx = web.store.begin_ledger().await?;
    if !device::reclassify(&mut tx, (home.facility, device.id), change).await? {
        tx.rollback().await?;
        return Err(gone(&web, &person, home, device.id).await?);
    }
    let line = ExclusionId::new(web.random.uuid(now));
    exclusion::insert_sort(&mut tx, NewSort { id: line, n: device.n, change, by: person.id, at: now, reason: &why }).await?;
    let done = Done::by_person(&person, What::DeviceChanged, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_device(device.id, &device.label).noting(change.to_detail()).saying(why)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/devices/{}", device.id)).into_response())
}
