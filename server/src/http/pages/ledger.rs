//! 機器管理台帳 (§16-2): every device of a facility with what its checking program told and what was written down by hand, to be read, to
//! be printed, and as a file. What is written of a person's own device is its facility's to read.

mod card;

use std::collections::HashMap;

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

pub(super) use card::{enter, keep, show_card, show_new};

use super::export::stamp;
use super::guard::{Here, Who};
use super::handed::hand_out;
use super::places::{After, called, mark};
use super::sort::owner_text;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, disaster, page, papers, shell};
use crate::domain::csv::Csv;
use crate::domain::device::{DeviceN, Standing};
use crate::domain::ids::{DeviceId, FacilityId};
use crate::domain::ledger::{BY_HAND, FIELDS, NUMBER, fields};
use crate::domain::paper::{Field, Input, Values};
use crate::domain::people::{Person, Right, may};
use crate::store::belonging::Home;
use crate::store::device::Device;
use crate::store::device_state::Line;
use crate::store::ledger::{self, Entry};
use crate::store::listed::{self, Only};
use crate::views::{CardView, LedgerLine, LedgerPage, Moment};
use crate::words::Text;

/// Devices on one page: as many as a facility mostly has, so that the ledger prints whole.
const DEVICES: u16 = 50;
/// Rows read at once for a file.
const READ: u16 = 500;

/// Fields that are asked for when a device is missing: by the carrier, the police, and whoever decides whether it has to be reported.
const WHEN_LOST: &[&str] = &["encrypted", NUMBER, "serial", "line", "imei", "service"];

/// A device with its present and its entry.
type Row = (Device, Line, Entry);

async fn rows(web: &Web, facility: FacilityId, (after, limit): (Option<DeviceId>, u16)) -> Result<Vec<Row>, PageError> {
    let devices = listed::list(&web.store, facility, &Only::All, (after, limit)).await?;
    let keys: Vec<DeviceN> = devices.iter().map(|(device, _)| device.n).collect();
    let mut entries: HashMap<DeviceN, Entry> = ledger::list(&web.store, facility, &keys).await?;
    let row = |(device, line): (Device, Line)| {
        let entry = entries.remove(&device.n).unwrap_or_default();
        (device, line, entry)
    };
    Ok(devices.into_iter().map(row).collect())
}

/// `GET /facilities/{facility}/ledger`
pub(super) async fn show_ledger(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let mut found = rows(&web, home.facility, (asked.id::<DeviceId>()?, DEVICES + 1)).await?;
    let more = found.len() > usize::from(DEVICES);
    found.truncate(usize::from(DEVICES));
    let next = found.last().filter(|_| more).map(|(last, ..)| format!("/facilities/{}/ledger?after={}", home.facility, last.id));
    let covered = disaster::is_covered(&web, home).await?;
    page(&LedgerPage {
        shell: shell("ledger-title", &visitor, Some(&person)),
        facility: papers::place(&web, home).await?,
        may_write: may(person.role, Right::Retire),
        lines: found.iter().map(|row| line(&web, (&person, visitor.lang), row, covered)).collect(),
        next,
        paged: asked.is_further(),
    })
}

fn line(web: &Web, (reader, lang): (&Person, Lang), (device, present, entry): &Row, covered: bool) -> LedgerLine {
    let seen = present.last_seen_at;
    let mark = mark(web, device.standing, present.headline, seen.map(Timestamp::jst_day));
    LedgerLine {
        id: device.id.to_string(),
        label: called(reader, device.ownership, &device.label, device.id),
        mark: mark.under(covered && device.standing == Standing::Active),
        owner: owner_text(device.ownership),
        seen: seen.map(|at| Moment::new(at, web.now())),
        retired: entry.retired_at.map(Text::Day),
        pairs: if reader.role.sees_facts(device.ownership) { pairs(device, entry, lang) } else { Vec::new() },
    }
}

/// What is known of a device beside how it stands, as far as anything was told or written down.
pub(super) fn pairs(device: &Device, entry: &Entry, lang: Lang) -> Vec<(&'static str, Text)> {
    let Entry { card, model, os, .. } = entry;
    let written = |field: &Field| Some((field.label, words(field, &card.values)?));
    let (number, rest): (Vec<&Field>, Vec<&Field>) = fields(card.by_hand).partition(|field| field.name == NUMBER);
    let mut pairs: Vec<(&'static str, Text)> = number.into_iter().filter_map(written).collect();
    pairs.push(("ledger-class", Text::verbatim(device.class.label(lang))));
    let told = [("ledger-model", model), ("ledger-os", os)];
    pairs.extend(told.into_iter().filter(|(_, told)| !told.is_empty()).map(|(label, told)| (label, Text::verbatim(told))));
    pairs.extend(card.by_hand.then_some(("ledger-program", Text::new("ledger-program-none"))));
    pairs.extend(rest.into_iter().filter_map(written));
    pairs
}

/// What was written into a field.
fn words(field: &Field, values: &Values) -> Option<Text> {
    let value = values.get(field.name)?;
    if let Input::Choice(choices) = field.input
        && let Some((_, key)) = choices.iter().find(|(known, _)| known == value)
    {
        return Some(Text::new(key));
    }
    Some(Text::verbatim(value))
}

/// Names of a file's columns.
pub(super) fn columns() -> Vec<Text> {
    let first = ["device-about-id", "facility-col-device", "ledger-class", "device-about-ownership", "ledger-model", "ledger-os"];
    let last = ["device-last-check-in", "device-verdict", "ledger-retired"];
    let by_hand = BY_HAND.iter().filter(|field| !first.contains(&field.label));
    let written = by_hand.chain(FIELDS).map(|field| field.label);
    first.into_iter().chain(["ledger-program"]).chain(written).chain(last).map(Text::new).collect()
}

/// A device as a row of a file.
fn cells(web: &Web, (reader, lang): (&Person, Lang), (device, present, entry): &Row) -> Vec<String> {
    let Entry { card, model, os, retired_at } = entry;
    let (say, sees) = (|text: Text| text.in_lang(lang), reader.role.sees_facts(device.ownership));
    let shown = |words: String| if sees { words } else { String::new() };
    let written = |field: &Field| shown(words(field, &card.values).map(say).unwrap_or_default());
    let told =
        |told: &str, name: &str| shown(if told.is_empty() { card.values.get(name).cloned().unwrap_or_default() } else { told.to_owned() });
    let state = mark(web, device.standing, present.headline, present.last_seen_at.map(Timestamp::jst_day));
    let mut row = vec![
        device.id.to_string(),
        say(called(reader, device.ownership, &device.label, device.id)),
        shown(device.class.label(lang).to_owned()),
        say(owner_text(device.ownership)),
        told(model, "model"),
        told(os, "os"),
        if card.by_hand { say(Text::new("ledger-program-none")) } else { String::new() },
    ];
    row.extend(BY_HAND.iter().filter(|field| !["model", "os"].contains(&field.name)).chain(FIELDS).map(written));
    row.push(present.last_seen_at.map(stamp).unwrap_or_default());
    row.push(say(state.word.into()));
    row.push(retired_at.map(stamp).unwrap_or_default());
    row
}

/// A facility's ledger, some rows after the other.
pub(super) async fn written_out(
    web: &Web,
    reader: (&Person, Lang),
    (facility, after): (FacilityId, Option<DeviceId>),
) -> Result<(Vec<Vec<String>>, Option<DeviceId>), PageError> {
    let found = rows(web, facility, (after, READ)).await?;
    let next = found.last().filter(|_| found.len() == usize::from(READ)).map(|(last, ..)| last.id);
    Ok((found.iter().map(|row| cells(web, reader, row)).collect(), next))
}

/// `GET /facilities/{facility}/ledger.csv`
pub(super) async fn export_ledger(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    let mut csv = Csv::new(&super::export::in_words(&columns(), visitor.lang));
    let (mut after, mut rows) = (None, 0);
    loop {
        let (some, next) = written_out(&web, (&person, visitor.lang), (home.facility, after)).await?;
        rows += some.len();
        for row in &some {
            csv.row(row);
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    hand_out(&web, &person, home, "ledger", (csv, rows)).await
}

/// What a device's page says of its entry, and whether no checking program runs on it.
pub(super) async fn of_device(web: &Web, reader: &Person, home: Home, device: &Device, lang: Lang) -> Result<(CardView, bool), PageError> {
    let entry = ledger::find(&web.store, home.facility, device.n).await?;
    let by = || entry.card.by.clone().map_or(Text::new("oplog-erased"), Text::verbatim);
    let view = CardView {
        pairs: pairs(device, &entry, lang),
        written: entry.card.at.map(|at| Text::new("ledger-written").with("at", at).with("by", by())),
        may_write: may(reader.role, Right::Retire),
    };
    Ok((view, entry.card.by_hand))
}

/// What is needed at once when a device is missing, as far as it was written down.
pub(super) async fn when_lost(web: &Web, home: Home, device: &Device) -> Result<Vec<(Text, Text)>, PageError> {
    let card = ledger::find(&web.store, home.facility, device.n).await?.card;
    let needed = fields(true).filter(|field| WHEN_LOST.contains(&field.name));
    Ok(needed.filter_map(|field| Some((Text::new(field.label), words(field, &card.values)?))).collect())
}
