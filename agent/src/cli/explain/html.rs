//! The page's grain: text that is never markup, and says which language it is in where that is not the page's.

use std::collections::BTreeMap;

use hashimori_shared::ids::AccountId;
use hashimori_shared::lang::{self, Lang};
use hashimori_shared::verdict::State;

/// Text as HTML shows it; the collector's words are no markup here.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            c if c.is_control() && c != '\n' => {}
            c => out.push(c),
        }
        out
    })
}

/// Text in language `of` on a page in `lang`, so that a screen reader reads each in its own.
pub(super) fn spoken(text: &str, of: Lang, lang: Lang) -> String {
    in_language(escaped(text), of, lang)
}

/// What is HTML already, in language `of` on a page in `lang`.
pub(super) fn in_language(html: String, of: Lang, lang: Lang) -> String {
    if of == lang { html } else { format!("<span lang=\"{}\">{html}</span>", of.tag()) }
}

/// Text in language `of` with the account's name beside each pseudonym.
pub(super) fn named(mut text: &str, names: &BTreeMap<AccountId, String>, of: Lang) -> String {
    let mut html = String::new();
    while let Some((at, id, name)) =
        names.iter().filter_map(|(id, name)| text.find(id.as_str()).map(|at| (at, id, name))).min_by_key(|(at, ..)| *at)
    {
        let (said, rest) = text.split_at(at + id.as_str().len());
        html += &escaped(said);
        html += &of.bracket(&in_its_own(name, of, of));
        text = rest;
    }
    html + &escaped(text)
}

/// Words that are to be in language `of`, but may have stayed Japanese: names, and what an operator has written in Japanese alone.
pub(super) fn in_its_own(text: &str, of: Lang, lang: Lang) -> String {
    spoken(text, if lang::is_japanese(text) { Lang::Japanese } else { of }, lang)
}

pub(super) fn state(state: State, lang: Lang) -> String {
    let class = match state {
        State::NotApplicable => "na",
        State::Compliant => "compliant",
        State::RecommendationUnmet => "recommendation",
        State::AwaitingDeclaration => "awaiting",
        State::Stale => "stale",
        State::Unknown => "unknown",
        State::NonCompliant => "noncompliant",
    };
    format!("<span class=\"state {class}\">{}</span>", state.label(lang))
}

pub(super) fn section(heading: &str, content: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{content}\n</section>\n", escaped(heading))
}

pub(super) fn list(lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().map(|line| ["<li>", &line, "</li>\n"].concat()).collect();
    ["<ul>\n", &lines.concat(), "</ul>\n"].concat()
}

/// A paragraph of text.
pub(super) fn paragraph(text: &str) -> String {
    marked(&escaped(text))
}

/// A paragraph of what is HTML already.
pub(super) fn marked(html: &str) -> String {
    format!("<p>{html}</p>\n")
}

pub(super) fn quiet(text: &str) -> String {
    format!("<p class=\"quiet\">{}</p>\n", escaped(text))
}
