//! 操作記録: the entries that the reader's scope reaches, filtered by what stands in the address, newest first; how the chain stands;
//! and the same as a file.

mod detail;

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use serde::Deserialize;

use super::export::{file, in_words, stamp};
use super::guard::Who;
use super::pieces::{self, Pieces};
use super::sign_in::encode;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Actor, Done, What};
use crate::domain::csv::Csv;
use crate::domain::day::day_start;
use crate::domain::device::Ownership;
use crate::domain::people::{Person, Scope};
use crate::store::log::{self, ChainState, Filter, Line, Reach};
use crate::store::{Error, Store};
use crate::views::{DayHead, ExportPage, LogFilter, LogLine, LogPage, Mark, Moment};
use crate::words::Text;

/// Entries on one page.
const ENTRIES: u16 = 50;
/// Most entries in a file, and how many are read at once.
const MOST: usize = 50_000;
const READ: u16 = 500;

/// What is looked for, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    act: String,
    #[serde(default)]
    object: String,
    before: Option<String>,
}

/// The first instant of a day as typed; empty: none.
pub(super) fn day(typed: &str) -> Result<Option<Timestamp>, ()> {
    if typed.trim().is_empty() { Ok(None) } else { day_start(typed).map(Some).ok_or(()) }
}

impl Wanted {
    fn act(&self) -> Result<Option<What>, PageError> {
        if self.act.is_empty() { Ok(None) } else { What::from_word(&self.act).map(Some).ok_or(PageError::NotFound) }
    }

    /// The filter; `Err`: a day cannot be read.
    fn filter(&self, what: Option<What>, reader: &Person) -> Result<Filter, ()> {
        let short = |text: &str| text.trim().chars().take(100).collect::<String>();
        Ok(Filter {
            who: short(&self.who),
            what,
            object: short(&self.object),
            from: day(&self.from)?,
            until: day(&self.to)?.map(|last| last.plus_days(1)),
            before: self.before.clone(),
            hides_personal: !reader.role.sees_facts(Ownership::Personal),
        })
    }

    fn fields(&self) -> [(&'static str, &str); 5] {
        [("from", &self.from), ("to", &self.to), ("who", &self.who), ("act", &self.act), ("object", &self.object)]
    }

    /// `path` with what is looked for, and before which entry.
    fn path(&self, path: &str, before: Option<&str>) -> String {
        let fields = self.fields().into_iter().chain(before.map(|id| ("before", id))).filter(|(_, value)| !value.trim().is_empty());
        let query: Vec<String> = fields.map(|(name, value)| format!("{name}={}", encode(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    fn view(&self, what: Option<What>) -> LogFilter {
        let mut acts = vec![("", "oplog-find-any", what.is_none())];
        acts.extend(What::ALL.iter().map(|&act| (act.as_str(), act.key(), Some(act) == what)));
        LogFilter {
            from: self.from.clone(),
            to: self.to.clone(),
            who: self.who.clone(),
            object: self.object.clone(),
            acts,
            filled: self.fields().iter().any(|(_, value)| !value.is_empty()),
        }
    }
}

const fn reach(person: &Person) -> Reach {
    match person.scope {
        Scope::Region(region) => Reach::Region(region),
        Scope::Facility(_, facility) => Reach::Facility(facility),
    }
}

/// `GET /log`
pub(super) async fn show_log(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    let (what, now) = (wanted.act()?, web.now());
    let (lines, unreadable) = match wanted.filter(what, &person) {
        Ok(filter) => (log::list(&web.store, reach(&person), &filter, ENTRIES + 1).await?, false),
        Err(()) => (Vec::new(), true),
    };
    let more = lines.len() > usize::from(ENTRIES);
    let last = lines.iter().take(usize::from(ENTRIES)).next_back().filter(|_| more);
    let head = log::newest_day(&web.store).await?;
    let in_region = matches!(person.scope, Scope::Region(_));
    let view = LogPage {
        chain: chain(&web, visitor.lang).await?,
        head: head.map(|(day, mark)| DayHead {
            day: Moment::new(Timestamp::from_seconds(0).plus_days(day).plus_seconds(-9 * 3600), now),
            anchor: mark.to_string(),
        }),
        filter: wanted.view(what),
        error: unreadable.then(|| Text::of_field("oplog-bad-day", if day(&wanted.from).is_err() { "from" } else { "to" })),
        next: last.map(|last| wanted.path("/log", Some(&last.entry.id))),
        first: wanted.before.as_ref().map(|_| wanted.path("/log", None)),
        lines: lines.iter().take(usize::from(ENTRIES)).map(|entry| line(entry, now, (in_region, visitor.lang))).collect(),
        export: wanted.path("/log/export", None),
        shell: shell(Text::new("nav-log"), &visitor, Some(&person)),
    };
    let answer = page(&view)?;
    Ok(if unreadable { (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response() } else { answer })
}

/// How the chain stands: not proven is no pass.
async fn chain(web: &Web, lang: Lang) -> Result<(Mark, Text), PageError> {
    let said = |key, seq: i64, at: Timestamp| Text::new(key).with("seq", seq).with("at", at.jst_minute_in(lang));
    Ok(match log::state(&web.store).await? {
        ChainState::Unproven => (Mark { word: "oplog-mark-unproven", ..Mark::of(State::Unknown) }, Text::new("oplog-chain-unproven")),
        ChainState::Whole { seq, at } => {
            (Mark { word: "oplog-mark-whole", ..Mark::of(State::Compliant) }, said("oplog-chain-whole", seq, at))
        }
        ChainState::Broken { seq, at } => (Mark::alarming("oplog-mark-broken"), said("oplog-chain-broken", seq, at)),
    })
}

fn actor(line: &Line) -> Text {
    let named = line.words.as_ref().map(|words| words.actor.clone()).filter(|name| !name.is_empty());
    match (named, Actor::label(&line.entry.actor), &line.words) {
        (Some(name), ..) => Text::verbatim(name),
        (None, Some(label), _) => label,
        (None, None, None) => Text::new("oplog-erased"),
        (None, None, Some(_)) => Text::verbatim(line.entry.actor.clone()),
    }
}

/// The act's name; a word that this build does not know stands as it is.
fn act(line: &Line) -> Text {
    What::from_word(&line.entry.what).map_or_else(|| Text::verbatim(line.entry.what.clone()), |what| Text::new(what.key()))
}

fn notes(line: &Line, lang: Lang) -> Vec<Text> {
    detail::notes(What::from_word(&line.entry.what), &line.entry.detail, lang)
}

fn object(line: &Line) -> Option<Text> {
    let id = line.entry.object_id.clone()?;
    let Some(words) = &line.words else { return Some(Text::new("oplog-erased")) };
    Some(match line.entry.object_kind.as_deref() {
        Some("page") => Text::verbatim(id),
        Some("code") => Text::new("oplog-object-code"),
        Some("paper") => Text::new("oplog-object-paper").with("number", words.object.clone()),
        Some("training") => Text::new("oplog-object-training").with("number", words.object.clone()),
        Some("disaster") => Text::new("disaster-title"),
        Some(_) | None => Text::verbatim(if words.object.is_empty() { id } else { words.object.clone() }),
    })
}

/// What was typed; that something was, where this reader may not see it.
fn remark(line: &Line) -> Option<Text> {
    if line.withheld {
        return Some(Text::new("oplog-withheld"));
    }
    line.words.as_ref().map(|words| words.remark.clone()).filter(|remark| !remark.is_empty()).map(Text::verbatim)
}

fn line(entry: &Line, now: Timestamp, (in_region, lang): (bool, Lang)) -> LogLine {
    let link = match (entry.entry.object_kind.as_deref(), &entry.entry.object_id) {
        (Some("device"), Some(id)) => Some(format!("/devices/{id}")),
        (Some("facility"), Some(id)) => Some(format!("/facilities/{id}")),
        (Some("paper"), Some(id)) => Some(format!("/papers/{id}")),
        (Some("notice"), Some(id)) if in_region => Some(format!("/notices/{id}")),
        (Some("disaster"), Some(id)) if in_region => Some(format!("/disaster/{id}")),
        _ => None,
    };
    LogLine {
        at: Moment::new(Timestamp::from_seconds(entry.entry.at), now),
        actor: actor(entry),
        act: act(entry),
        object: object(entry),
        link,
        seq: entry.seq,
        remark: remark(entry),
        notes: notes(entry, lang),
    }
}

pub(super) fn columns() -> Vec<Text> {
    [
        "export-col-seq",
        "oplog-col-at",
        "oplog-col-actor",
        "oplog-col-act",
        "export-col-object-kind",
        "oplog-col-object",
        "export-col-object-id",
        "oplog-col-detail",
        "export-col-remark",
    ]
    .map(Text::new)
    .to_vec()
}

/// An entry as a row of a table.
pub(super) fn row(entry: &Line, lang: Lang) -> [String; 9] {
    [
        entry.seq.map(|seq| seq.to_string()).unwrap_or_default(),
        stamp(Timestamp::from_seconds(entry.entry.at)),
        actor(entry).in_lang(lang),
        act(entry).in_lang(lang),
        entry.entry.object_kind.clone().unwrap_or_default(),
        object(entry).map(|object| object.in_lang(lang)).unwrap_or_default(),
        entry.entry.object_id.clone().unwrap_or_default(),
        detail::together(notes(entry, lang)).map(|notes| notes.in_lang(lang)).unwrap_or_default(),
        remark(entry).map(|remark| remark.in_lang(lang)).unwrap_or_default(),
    ]
}

/// `GET /log/export`
pub(super) async fn show_export(visitor: Visitor, Who(person): Who, Asked(wanted): Asked<Wanted>) -> Result<Response, PageError> {
    wanted.filter(wanted.act()?, &person).map_err(|()| PageError::NotFound)?;
    page(&ExportPage {
        shell: shell(Text::new("export-log-title"), &visitor, Some(&person)),
        back: wanted.path("/log", None),
        about: Text::new("export-about-log").with("n", MOST),
        columns: columns(),
        file: wanted.path("/log/export.csv", None),
        others: Vec::new(),
    })
}

/// `GET /log/export.csv`
pub(super) async fn export_log(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    let filter = wanted.filter(wanted.act()?, &person).map_err(|()| PageError::NotFound)?;
    let (reach, lang) = (reach(&person), visitor.lang);
    let first = log::list(&web.store, reach, &filter, READ).await?;
    let later = Filter { before: first.last().map(|last| last.entry.id.clone()), ..filter };
    let more = if first.len() < usize::from(READ) { 0 } else { log::count(&web.store, reach, &later, MOST - first.len()).await? };
    let done = Done::by_person(&person, What::Exported, web.now()).on_page("/log/export.csv");
    log::write_alone(&web.store, &web.random, &done.noting(format!("file=log rows={}", first.len() + more))).await?;
    let store = web.store.clone();
    Ok(file(&web, "log", pieces::body(move |pieces| send(store, (reach, later), (first, more), (pieces, lang)))))
}

/// The entries in `lines`, then `left` more that `filter` finds.
async fn send(
    store: Store,
    (reach, mut filter): (Reach, Filter),
    (mut lines, mut left): (Vec<Line>, usize),
    (pieces, lang): (Pieces, Lang),
) -> Result<(), Error> {
    let mut csv = Csv::new(&in_words(&columns(), lang));
    loop {
        for line in &lines {
            csv.row(&row(line, lang));
        }
        if !pieces.send(csv.take()).await || left == 0 {
            return Ok(());
        }
        lines = log::list(&store, reach, &filter, READ.min(u16::try_from(left).unwrap_or(READ))).await?;
        // Some were deleted meanwhile.
        let Some(last) = lines.last() else { return Ok(()) };
        filter.before = Some(last.entry.id.clone());
        left -= lines.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_japan_and_is_read_as_people_type_it() {
        let third = Timestamp::from_seconds(1_785_715_200 - 9 * 3600);
        for typed in ["2026-08-03", " 2026/8/3 ", "２０２６－０８－０３"] {
            assert_eq!(day(typed), Ok(Some(third)), "{typed}");
        }
        assert_eq!(day(""), Ok(None));
        for bad in ["2026-13-01", "2026-02-30", "きのう", "2026", "99999-1-1"] {
            assert_eq!(day(bad), Err(()), "{bad}");
        }
    }
}
