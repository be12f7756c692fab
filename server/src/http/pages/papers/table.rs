//! Papers and their steps as rows, for an auditor's evidence: what a reader sees on the pages, and no more.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::one::{pairs, step_line};
use super::{applicant, days, device, mark, sees, title};
use crate::domain::people::Person;
use crate::http::pages::export::stamp;
use crate::http::pages::{PageError, Web};
use crate::store::paper::{self, Found};
use crate::words::Text;

/// What `pairs` begins with, and other columns have.
const COMMON: usize = 4;

pub(in crate::http::pages) fn columns() -> Vec<Text> {
    [
        "evidence-col-id",
        "evidence-col-paper",
        "evidence-col-applicant",
        "paper-device",
        "evidence-col-state",
        "paper-period",
        "paper-filed-at",
        "evidence-col-filled-in",
    ]
    .map(Text::new)
    .to_vec()
}

/// A paper as it stands now.
pub(in crate::http::pages) fn row(web: &Web, (reader, lang): (&Person, Lang), found: &Found) -> Vec<String> {
    let (paper, say) = (&found.paper, |text: Text| text.in_lang(lang));
    let filled = pairs(reader, found, false).into_iter().skip(COMMON);
    let filled: Vec<String> = filled.map(|(label, value)| format!("{}: {}", say(Text::new(label)), say(value))).collect();
    vec![
        paper.id.to_string(),
        say(title(paper)),
        say(applicant(reader, found)),
        device(reader, found).map(say).unwrap_or_default(),
        say(Text::from(mark(web, paper).word)),
        say(days(paper)),
        stamp(paper.filed_at),
        filled.join("\n"),
    ]
}

pub(in crate::http::pages) fn step_columns() -> Vec<Text> {
    [
        "evidence-col-id",
        "evidence-col-paper",
        "history-col-at",
        "oplog-col-act",
        "evidence-col-state",
        "oplog-col-actor",
        "evidence-col-on",
        "export-col-remark",
        "evidence-col-checker",
    ]
    .map(Text::new)
    .to_vec()
}

/// The steps of a paper that were entered within a time.
pub(in crate::http::pages) async fn steps(
    web: &Web,
    (reader, lang): (&Person, Lang),
    found: &Found,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Vec<String>>, PageError> {
    let (paper, say) = (&found.paper, |text: Text| text.in_lang(lang));
    let shown = sees(reader, paper);
    let past = paper::history(&web.store, paper.id).await?.into_iter().filter(|past| (from..until).contains(&past.at));
    Ok(past
        .map(|past| {
            let at = past.at;
            let line = step_line(paper.kind, past, web.now(), shown);
            vec![
                paper.id.to_string(),
                say(title(paper)),
                stamp(at),
                say(Text::new(line.act)),
                say(Text::new(line.state)),
                say(line.by),
                line.on.map(say).unwrap_or_default(),
                line.why,
                line.other.map(say).unwrap_or_default(),
            ]
        })
        .collect())
}
