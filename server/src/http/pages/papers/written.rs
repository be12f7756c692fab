//! A paper as a line of a file: what its page shows this reader, in order.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::one::{pairs, step_line};
use super::{applicant, device, mark, sees};
use crate::domain::people::Person;
use crate::http::pages::export::stamp;
use crate::http::pages::{PageError, Web};
use crate::store::paper::{self, Found};
use crate::views::StepLine;
use crate::words::Text;

/// Pairs that have columns of their own.
const OF_THEIR_OWN: usize = 4;

/// Kind, number, whom it is for, device, state, first and last day, day filed, what was filled in, every step.
pub(in crate::http::pages) async fn written_out(
    web: &Web,
    (reader, lang): (&Person, Lang),
    found: &Found,
) -> Result<Vec<String>, PageError> {
    let paper = &found.paper;
    let day = |at: Timestamp| at.jst_date_in(Lang::English);
    let content = pairs(reader, found, false).into_iter().skip(OF_THEIR_OWN);
    let content = content.map(|(label, words)| format!("{}: {}", Text::new(label).in_lang(lang), words.in_lang(lang)));
    let past = paper::history(&web.store, paper.id).await?;
    let step = |(at, line): (Timestamp, StepLine)| {
        let said = [line.by.in_lang(lang), line.why, line.other.map(|other| other.in_lang(lang)).unwrap_or_default()];
        let said = said.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" / ");
        format!("{} {}: {said}", stamp(at), Text::new(line.act).in_lang(lang))
    };
    let steps = past.into_iter().map(|past| (past.at, step_line(paper.kind, past, web.now(), sees(reader, paper)))).map(step);
    Ok(vec![
        Text::new(paper.kind.key()).in_lang(lang),
        paper.number.to_string(),
        applicant(reader, found).in_lang(lang),
        device(reader, found).map(|device| device.in_lang(lang)).unwrap_or_default(),
        Text::new(mark(web, paper).word).in_lang(lang),
        day(paper.period.from),
        day(paper.period.last_day()),
        day(paper.filed_at),
        content.collect::<Vec<_>>().join("\n"),
        steps.collect::<Vec<_>>().join("\n"),
    ])
}
