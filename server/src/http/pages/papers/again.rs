//! A paper that was sent back and is filed again: whose it is stays, and what stood in it before is not lost.

use hashimori_shared::lang::Lang;

use super::{days, days_called};
use crate::domain::paper::{Paper, Wish, same_name};
use crate::words::Text;

/// Whose it is stays: somebody else's is another paper, with its own approval.
pub(super) fn another(paper: &Paper, wish: &Wish) -> Option<Text> {
    let person = Text::new(paper.kind.person().0);
    (!same_name(&paper.applicant.name, &wish.applicant)).then(|| Text::of_field("paper-another-person", "applicant").with("person", person))
}

/// What stood in a paper before it was filled in again, for its history, in the language that papers are kept in.
pub(super) fn before(paper: &Paper, wish: &Wish) -> String {
    let said = |text: Text| text.in_lang(Lang::Japanese);
    let fields = paper.kind.fields().iter().filter(|field| paper.values.get(field.name) != wish.values.get(field.name));
    let mut was: Vec<(Text, Text)> = fields.map(|field| (Text::new(field.label), field.said(&paper.values))).collect();
    if paper.period != wish.period {
        was.push((Text::new(days_called(paper.kind)), days(paper)));
    }
    if paper.device != wish.device {
        let id = paper.device.map_or(Text::new("paper-no-device"), |id| Text::verbatim(id.to_string()));
        was.push((Text::new("paper-device"), id));
    }
    let lines: Vec<String> = was.into_iter().map(|(label, value)| format!("{}: {}", said(label), said(value))).collect();
    if lines.is_empty() { String::new() } else { said(Text::new("paper-before").with("what", lines.join(" / "))) }
}
