//! Evidence of one facility and period, for the auditor: a signed archive of tables. A fresh proof first; the entry in the log before
//! the file. Whoever sees only how people's own devices stand gets no more of them in it.

mod tables;

use axum::body::Body;
use axum::extract::State as Use;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use serde::Deserialize;
use tokio_util::io::ReaderStream;

use super::guard::{Here, Who};
use super::log::day;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Done, What};
use crate::domain::people::Person;
use crate::evidence::{About, MOST_BYTES, Named, Packed, PackingError};
use crate::store::facility::Facility;
use crate::store::{facility, log, region};
use crate::views::{EvidencePage, Place};
use crate::words::Text;
use tables::{Tables, Wanted};

/// How far back the form reaches by itself.
const USUAL_DAYS: i64 = 365;

/// From which day to which, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Days {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl Days {
    /// From the first instant to the one after the last; what is wrong, for the person.
    fn read(&self) -> Result<(Timestamp, Timestamp), Text> {
        match (day(&self.from), day(&self.to)) {
            (Ok(Some(from)), Ok(Some(to))) if from <= to => Ok((from, to.plus_days(1))),
            (Ok(Some(_)), Ok(Some(_))) => Err(Text::of_field("evidence-wrong-order", "to")),
            (Ok(None) | Err(()), _) => Err(Text::of_field("evidence-wrong-day", "from")),
            (Ok(Some(_)), Ok(None) | Err(())) => Err(Text::of_field("evidence-wrong-day", "to")),
        }
    }
}

async fn form(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    facility: Facility,
    days: Days,
    error: Option<Text>,
) -> Result<Response, PageError> {
    // A collector that never ran has no key yet.
    let key = log::key(&web.store, &web.master).await.ok().map(|key| key.public().to_string());
    page(&EvidencePage {
        shell: shell("evidence-title", visitor, Some(person)),
        facility: Place { id: facility.id.to_string(), name: facility.name },
        from: days.from,
        to: days.to,
        files: tables::files(),
        key,
        error,
    })
}

/// `GET /facilities/{facility}/evidence`
pub(super) async fn show_evidence(Use(web): Use<Web>, visitor: Visitor, Who(person): Who, Here(home): Here) -> Result<Response, PageError> {
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let typed = |at: Timestamp| at.jst_date_in(Lang::English);
    let days = Days { from: typed(web.now().plus_days(-USUAL_DAYS)), to: typed(web.now()) };
    form(&web, &visitor, &person, facility, days, None).await
}

/// `GET /facilities/{facility}/evidence.zip`
pub(super) async fn export_evidence(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(days): Asked<Days>,
) -> Result<Response, PageError> {
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let refuse = async |facility: Facility, status: StatusCode, error: Text| {
        let answer = form(&web, &visitor, &person, facility, days.clone(), Some(error)).await?;
        Ok((status, answer).into_response())
    };
    let period = match days.read() {
        Ok(period) => period,
        Err(error) => return refuse(facility, StatusCode::UNPROCESSABLE_ENTITY, error).await,
    };
    // One at a time: each takes a file on disk and a while of the store's reading.
    let Ok(_turn) = web.packing.try_acquire() else {
        return refuse(facility, StatusCode::SERVICE_UNAVAILABLE, Text::new("evidence-busy")).await;
    };
    let wanted = Wanted { web: &web, reader: &person, home, lang: visitor.lang, period };
    let packed = match make(&wanted, &facility).await {
        Ok(packed) => packed,
        Err(Failed::TooLarge) => {
            let error = Text::new("evidence-too-large").with("n", i64::try_from(MOST_BYTES >> 20).unwrap_or(i64::MAX));
            return refuse(facility, StatusCode::UNPROCESSABLE_ENTITY, error).await;
        }
        Err(Failed::Page(error)) => return Err(error),
    };
    let done = Done::by_person(&person, What::Exported, web.now()).at_facility(home.region, home.facility);
    let [from, to] = [period.0, period.1.plus_seconds(-1)].map(|at| at.jst_date_in(Lang::English));
    let detail = format!("file=evidence from={from} to={to} rows={} list={}", packed.rows, packed.list);
    log::write_alone(&web.store, &web.random, &done.on_facility(home.facility, &facility.name).noting(detail)).await?;
    let name = format!("hashimori-evidence-{}-{}.zip", from.replace('-', ""), to.replace('-', ""));
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, packed.bytes.to_string()),
        // It is packed already.
        (header::CONTENT_ENCODING, "identity".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(packed.file)))).into_response())
}

/// Why there is no archive.
pub(super) enum Failed {
    /// Its period holds too much.
    TooLarge,
    /// Anything else.
    Page(PageError),
}

impl<E: Into<PageError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Page(error.into())
    }
}

async fn make(wanted: &Wanted<'_>, facility: &Facility) -> Result<Packed, Failed> {
    let Wanted { web, reader, home, period: (from, until), .. } = *wanted;
    let key = log::key(&web.store, &web.master).await.map_err(PageError::internal)?;
    let region = region::find(&web.store, home.region).await?.ok_or(PageError::NotFound)?;
    let about = About {
        region: Named { id: region.id.to_string(), name: region.name },
        facility: Named { id: facility.id.to_string(), name: facility.name.clone() },
        from: from.jst_date_in(Lang::English),
        until: until.plus_seconds(-1).jst_date_in(Lang::English),
        made_at: web.now().jst_minute_in(Lang::English),
        reader: reader.role.code().to_owned(),
        log_head: log::newest_day(&web.store).await?.map(|(_, mark)| mark.to_string()),
    };
    let packing = Tables::new(wanted).all().await?;
    packing.finish(about, key).await.map_err(packing_failed)
}

fn packing_failed(error: PackingError) -> Failed {
    match error {
        PackingError::TooLarge => Failed::TooLarge,
        error @ (PackingError::Io(_) | PackingError::Zip(_) | PackingError::Unfinished) => Failed::Page(PageError::internal(error)),
    }
}
