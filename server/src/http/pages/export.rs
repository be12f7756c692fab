//! Files for a spreadsheet: the region's facilities and a facility's devices. A fresh proof first, the entry in the log next, the
//! file last. Columns have the same names and places every time.

use axum::body::Body;
use axum::extract::State as Use;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;

use super::guard::{Here, Who};
use super::places::{called, mark};
use super::visit::Visitor;
use super::{PageError, Web, disaster, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::csv::Csv;
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::RegionId;
use crate::domain::people::{Person, Scope};
use crate::domain::reading::Reading;
use crate::store::device::Device;
use crate::store::device_state::Line;
use crate::store::disaster::cover;
use crate::store::listed::{self, Only};
use crate::store::{area, facility, log, region, rollup};
use crate::views::{ExportPage, Mark};
use crate::words::Text;

/// Rows read at once.
const READ: u16 = 500;

/// An instant in a column: a spreadsheet takes it for one.
pub(super) fn stamp(at: Timestamp) -> String {
    at.jst_minute_in(Lang::English)
}

/// A file as an answer.
pub(super) fn file(web: &Web, what: &str, csv: impl Into<Body>) -> Response {
    let day: String = web.now().jst_date_in(Lang::English).chars().filter(char::is_ascii_digit).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"hashimori-{what}-{day}.csv\"")),
    ];
    (headers, csv.into()).into_response()
}

pub(super) fn in_words(columns: &[Text], lang: Lang) -> Vec<String> {
    columns.iter().map(|column| column.in_lang(lang)).collect()
}

fn region_of(person: &Person) -> Result<RegionId, PageError> {
    match person.scope {
        Scope::Region(region) => Ok(region),
        Scope::Facility(..) => Err(PageError::NotFound),
    }
}

fn facility_columns() -> Vec<Text> {
    let mut columns = ["export-col-facility-id", "region-facility", "export-col-devices"].map(Text::new).to_vec();
    columns.extend(Reading::ALL.map(|reading| Text::from(Mark::reading(reading).word)));
    columns.extend(
        ["export-col-silent", "export-col-silent-long", "export-col-never", "export-col-as-of", "disaster-excepted", "areas-area"]
            .map(Text::new),
    );
    columns
}

/// `GET /export/facilities`
pub(super) async fn show_facilities(Use(web): Use<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    let region = region_of(&person)?;
    region::find(&web.store, region).await?.ok_or(PageError::NotFound)?;
    page(&ExportPage {
        shell: shell(Text::new("export-facilities-title"), &visitor, Some(&person)),
        back: "/".to_owned(),
        about: Text::new("export-about-facilities"),
        columns: facility_columns(),
        file: "/export/facilities.csv".to_owned(),
        others: Vec::new(),
    })
}

/// `GET /export/facilities.csv`
pub(super) async fn export_facilities(Use(web): Use<Web>, visitor: Visitor, Who(person): Who) -> Result<Response, PageError> {
    let region = region_of(&person)?;
    let found = region::find(&web.store, region).await?.ok_or(PageError::NotFound)?;
    let (now, rules) = (web.now(), &web.pack.parameters().staleness);
    let open = cover::open_in(web.store.read(), region, now).await?;
    let mut csv = Csv::new(&in_words(&facility_columns(), visitor.lang));
    let (mut after, mut rows) = (None, 0);
    loop {
        // In order of id: ranks move while the file is made, and a facility could be missed.
        let facilities = facility::list(&web.store, region, after, READ).await?;
        let ids: Vec<_> = facilities.iter().map(|f| f.id).collect();
        let sums = rollup::summaries(&web.store, &ids, now.jst_day(), rules).await?;
        let covered = cover::covered(&web.store, (region, &open), &ids, now).await?;
        let areas = area::names_of(&web.store, &ids).await?;
        for line in &facilities {
            let sum = sums.get(&line.id);
            let number = |n: Option<i64>| n.unwrap_or(0).to_string();
            let mut row = vec![line.id.to_string(), line.name.clone(), number(sum.map(|s| s.counts.all()))];
            row.extend(Reading::ALL.map(|reading| number(sum.map(|s| s.counts.of(reading)))));
            let silence = sum.map(|s| s.silence).unwrap_or_default();
            row.extend([silence.stale, silence.long, silence.never].map(|n| n.to_string()));
            row.push(stamp(now));
            let excepted = sum.filter(|_| covered.contains(&line.id)).map(|s| s.counts.in_use().all());
            row.push(number(excepted));
            row.push(areas.get(&line.id).map(|names| visitor.lang.list(names)).unwrap_or_default());
            csv.row(&row);
        }
        rows += facilities.len();
        after = ids.last().copied();
        if facilities.len() < usize::from(READ) {
            break;
        }
    }
    let done = Done::by_person(&person, What::Exported, now).in_region(region).on_region(region, &found.name);
    log::write_alone(&web.store, &web.random, &done.noting(format!("file=facilities rows={rows}"))).await?;
    Ok(file(&web, "facilities", csv.into_bytes()))
}

pub(super) fn device_columns(web: &Web) -> Vec<Text> {
    let names = [
        "device-about-id",
        "facility-col-device",
        "device-about-class",
        "device-about-ownership",
        "device-verdict",
        "export-col-since",
        "device-last-check-in",
        "device-about-enrolled",
        "device-about-confirmed",
        "disaster-excepted",
    ];
    let mut columns = names.map(Text::new).to_vec();
    columns.extend(web.pack.device_clauses().map(|clause| Text::verbatim(clause.id.clone())));
    columns
}

/// `GET /facilities/{facility}/export`
pub(super) async fn show_devices(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    page(&ExportPage {
        shell: shell(Text::new("export-devices-title"), &visitor, Some(&person)),
        back: format!("/facilities/{}", home.facility),
        about: Text::new("export-about-devices"),
        columns: device_columns(&web),
        file: format!("/facilities/{}/devices.csv", home.facility),
        others: vec![
            ("export-about-ledger", format!("/facilities/{}/ledger.csv", home.facility)),
            ("export-about-papers", format!("/facilities/{}/papers.csv", home.facility)),
            ("export-about-people", format!("/facilities/{}/people.csv", home.facility)),
        ],
    })
}

/// `GET /facilities/{facility}/devices.csv`
pub(super) async fn export_devices(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let covered = disaster::is_covered(&web, home).await?;
    let mut csv = Csv::new(&in_words(&device_columns(&web), visitor.lang));
    let (mut after, mut rows) = (None, 0);
    loop {
        let devices = listed::list(&web.store, home.facility, &Only::All, (after, READ)).await?;
        for (device, line) in &devices {
            csv.row(&device_row(&web, (&person, visitor.lang), (device, line), covered));
        }
        rows += devices.len();
        after = devices.last().map(|(last, _)| last.id);
        if devices.len() < usize::from(READ) {
            break;
        }
    }
    let done = Done::by_person(&person, What::Exported, web.now()).at_facility(home.region, home.facility);
    let done = done.on_facility(home.facility, &facility.name).noting(format!("file=devices rows={rows}"));
    log::write_alone(&web.store, &web.random, &done).await?;
    Ok(file(&web, "devices", csv.into_bytes()))
}

pub(super) fn device_row(web: &Web, (reader, lang): (&Person, Lang), (device, line): (&Device, &Line), covered: bool) -> Vec<String> {
    let mark = mark(web, device.standing, line.headline, line.last_seen_at.map(Timestamp::jst_day));
    let class = if reader.role.sees_facts(device.ownership) { device.class.label(lang).to_owned() } else { String::new() };
    let ownership = match device.ownership {
        Ownership::Managed => "device-managed",
        Ownership::Personal => "device-personal",
    };
    let at = |at: Option<Timestamp>| at.map(stamp).unwrap_or_default();
    let mut row = vec![
        device.id.to_string(),
        called(reader, device.ownership, &device.label, device.id).in_lang(lang),
        class,
        Text::from(ownership).in_lang(lang),
        Text::from(mark.word).in_lang(lang),
        at(line.since),
        at(line.last_seen_at),
        at(Some(device.enrolled_at)),
        at(device.confirmed_at),
        if covered && device.standing == Standing::Active { Text::new("disaster-excepted").in_lang(lang) } else { String::new() },
    ];
    for clause in web.pack.device_clauses() {
        let code = line.clauses.iter().find(|(id, _)| *id == clause.id).map(|(_, code)| *code);
        let state = code.and_then(State::from_code).map(|state| Text::from(Mark::of(state).word).in_lang(lang));
        row.push(state.unwrap_or_default());
    }
    row
}
