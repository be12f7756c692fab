//! What is written down about one device: filled in anew, or together with a device on which no checking program runs.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::report::DeviceClass;

use crate::domain::act::{Done, What};
use crate::domain::device::{ClassWord, Ownership, Standing};
use crate::domain::ids::DeviceId;
use crate::domain::ledger::{Invalid, LONGEST_NAME, NUMBER, fields, read, read_name};
use crate::domain::paper::Values;
use crate::domain::people::Person;
use crate::http::pages::device::{log_view, named, overtaken};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::places::name;
use crate::http::pages::sort::{owner_text, unsorted};
use crate::http::pages::typed::{Typed, given};
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::device::{self, Device, NewDevice};
use crate::store::ledger::{self, Card};
use crate::views::{FormField, LedgerCardPage, NewInLedger};
use crate::words::Text;

/// A form with what was typed, and what is wrong with it.
type Before<'a> = (&'a Fields, Option<Text>);

fn form_fields(by_hand: bool, typed: &Fields) -> Vec<FormField> {
    fields(by_hand).map(|field| FormField::of(field, given(typed, field.name).to_owned())).collect()
}

fn card_of(by_hand: bool, typed: &Fields) -> Result<Values, Invalid> {
    read(by_hand, |field| Some(given(typed, field)))
}

fn wrong(answer: Response) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response()
}

/// What a person says that another device bears the same number.
fn taken(label: &str) -> Text {
    Text::of_field("ledger-number-taken", "number").with("device", name(label))
}

/// `GET /devices/{device}/card`
pub(in crate::http::pages) async fn show_card(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let device = named(&web, home, &id).await?;
    log_view(&web, &person, home, &device).await?;
    let card = ledger::find(&web.store, home.facility, device.n).await?.card;
    let typed = card.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    card_page(&web, (&visitor, &person), (&device, &card), (&typed, None))
}

fn card_page(
    web: &Web,
    (visitor, person): (&Visitor, &Person),
    (device, card): (&Device, &Card),
    (typed, error): Before<'_>,
) -> Result<Response, PageError> {
    let label = name(&device.label);
    page(&LedgerCardPage {
        shell: shell(Text::new("ledger-card-title").with("device", label.clone()), visitor, Some(person)),
        back: (label, format!("/devices/{}", device.id)),
        action: format!("/devices/{}/card", device.id),
        once: twice::mark(web),
        seen: card.version,
        new: None,
        fields: form_fields(card.by_hand, typed),
        error,
    })
}

/// `POST /devices/{device}/card`
pub(in crate::http::pages) async fn keep(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let (device, now) = (named(&web, home, &id).await?, web.now());
    let present = ledger::find(&web.store, home.facility, device.n).await?.card;
    let refuse = |error: Text| card_page(&web, (&visitor, &person), (&device, &present), (&typed, Some(error))).map(wrong);
    let values = match card_of(present.by_hand, &typed) {
        Ok(values) => values,
        Err(invalid) => return refuse(invalid.text()),
    };
    let written: Vec<&str> =
        fields(present.by_hand).map(|field| field.name).filter(|name| values.get(*name) != present.values.get(*name)).collect();
    let mark = given(&typed, "once");
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, mark).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    if let Some(number) = values.get(NUMBER)
        && let Some(other) = ledger::numbered(&mut tx, home.facility, number, Some(device.id)).await?
    {
        tx.rollback().await?;
        return refuse(taken(&other));
    }
    // The version that the form was made from.
    let version = given(&typed, "seen").parse().unwrap_or(-1);
    let card = Card { values, version, ..present.clone() };
    if version != present.version || !ledger::put(&mut tx, (home.facility, device.id), &card, (person.id, now)).await? {
        tx.rollback().await?;
        return Err(overtaken(&web, &person, (home, device.id), &[What::LedgerKept], "ledger-overtaken").await?);
    }
    let done = Done::by_person(&person, What::LedgerKept, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_device(device.id, &device.label).noting(format!("fields={}", written.join(",")))).await?;
    let path = format!("/devices/{}", device.id);
    taking.leads_to(&web, &mut tx, &path, None).await?;
    tx.commit().await?;
    Ok(Redirect::to(&path).into_response())
}

/// `GET /facilities/{facility}/ledger/new`
pub(in crate::http::pages) async fn show_new(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    new_page(&web, (&visitor, &person), home, (&Fields::new(), None))
}

fn new_page(web: &Web, (visitor, person): (&Visitor, &Person), home: Home, (typed, error): Before<'_>) -> Result<Response, PageError> {
    let list = format!("/facilities/{}/ledger", home.facility);
    let owners = Ownership::ALL.iter().map(|&owner| (owner.as_str(), owner_text(owner), given(typed, "ownership") == owner.as_str()));
    let classes = ClassWord::ALL.iter().map(|&class| {
        let words = Text::verbatim(DeviceClass::from(class).label(visitor.lang));
        (class.as_str(), words, given(typed, "class") == class.as_str())
    });
    page(&LedgerCardPage {
        shell: shell("ledger-new-title", visitor, Some(person)),
        back: (Text::new("ledger-title"), list.clone()),
        action: format!("{list}/new"),
        once: twice::mark(web),
        seen: 0,
        new: Some(NewInLedger {
            name: given(typed, "label").to_owned(),
            longest: LONGEST_NAME,
            owners: owners.collect(),
            classes: classes.collect(),
        }),
        fields: form_fields(true, typed),
        error,
    })
}

/// Name, owner, kind and card of a device that is written in, as typed.
fn read_new(typed: &Fields) -> Result<(String, Ownership, DeviceClass, Values), Text> {
    let label = read_name(given(typed, "label")).map_err(Invalid::text)?;
    let sort = Ownership::from_word(given(typed, "ownership")).zip(ClassWord::from_word(given(typed, "class")));
    let (ownership, class) = sort.ok_or_else(|| unsorted(given(typed, "ownership")))?;
    Ok((label, ownership, class.into(), card_of(true, typed).map_err(Invalid::text)?))
}

/// `POST /facilities/{facility}/ledger/new`
pub(in crate::http::pages) async fn enter(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let refuse = |error: Text| new_page(&web, (&visitor, &person), home, (&typed, Some(error))).map(wrong);
    let (label, ownership, class, values) = match read_new(&typed) {
        Ok(read) => read,
        Err(error) => return refuse(error),
    };
    let (now, mark) = (web.now(), given(&typed, "once"));
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, mark).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    if let Some(number) = values.get(NUMBER)
        && let Some(other) = ledger::numbered(&mut tx, home.facility, number, None).await?
    {
        tx.rollback().await?;
        return refuse(taken(&other));
    }
    let id = DeviceId::new(web.random.uuid(now));
    let new = NewDevice {
        id,
        region: home.region,
        facility: home.facility,
        label: label.clone(),
        ownership,
        class,
        standing: Standing::Active,
        enrolled_at: now,
        confirmed_by: Some(person.id.to_string()),
    };
    device::insert(&mut tx, &new).await?;
    let card = Card { by_hand: true, values, ..Card::default() };
    ledger::put(&mut tx, (home.facility, id), &card, (person.id, now)).await?;
    let done = Done::by_person(&person, What::DeviceEntered, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.on_device(id, &label).noting(format!("ownership={}", ownership.as_str()))).await?;
    let path = format!("/devices/{id}");
    taking.leads_to(&web, &mut tx, &path, None).await?;
    tx.commit().await?;
    Ok(Redirect::to(&path).into_response())
}
