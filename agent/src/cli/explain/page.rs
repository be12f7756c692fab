//! この端末: the same that `explain` tells, as one self-contained page. No script, nothing from elsewhere, nothing to send:
//! its own Content-Security-Policy allows this stylesheet and nothing else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use data_encoding::BASE64;
use hashimori_shared::checkin::ClauseSummary;
use hashimori_shared::ids::AccountId;
use hashimori_shared::lang::{Lang, say};
use hashimori_shared::report::{Report, words as facts};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use sha2::{Digest as _, Sha256};

use super::facts::{managed, on_this_device, unknown};
use super::html::{escaped, in_its_own, in_language, list, marked, named, paragraph, quiet, section, spoken, state};
use super::menus::Layout;
use super::{NEVER, NO_VERDICT, NOTHING_SENT, OTHER_LANGUAGE, READ_ONLY, Told};
use crate::words;

const STYLE: &str = include_str!("page.css");

/// The page of an enrolled device, made at `now`.
pub(super) fn of_device(told: &Told, now: Timestamp) -> String {
    of_device_with(told, Layout::of_this_device(), now)
}

pub(super) fn of_device_with(told: &Told, layout: Layout, now: Timestamp) -> String {
    let lang = told.lang;
    let name = |name: &str| in_its_own(name, lang, lang);
    let label = told.identity.label.as_deref().map(name).map_or_else(String::new, |label| say!(lang, "「{label}」", " as “{label}”"));
    let facility = name(&told.identity.facility);
    let lead = say!(lang, "{facility}の機器{label}として登録されています。", "Enrolled{label} at {facility}.");
    let mut body = headline(told);
    let clauses = told.clauses();
    let to_do: Vec<&ClauseSummary> =
        clauses.iter().filter(|c| !matches!(c.state, State::Compliant | State::NotApplicable)).copied().collect();
    body += &to_be_done(told, &to_do, layout);
    body += &met(told, &clauses);
    let arrived = told.sent.as_ref().map_or_else(String::new, |(_, at)| {
        let at = at.jst_minute_in(lang);
        say!(lang, "（{at} に届いたもの）", " (arrived {at})")
    });
    let sent = match &told.sent {
        Some((report, at)) => contents(report, *at, &told.names, lang),
        None => paragraph(NOTHING_SENT.get(lang)),
    };
    body += &section(&format!("{}{arrived}", lang.pick("送った内容", "What was sent")), &sent);
    document(&lead, &body, now, lang)
}

/// The page for whoever may not see this device's state, or whose device has none: what would be sent, read at `now`.
pub(super) fn of_stranger(why: &str, report: &Report, now: Timestamp, lang: Lang) -> String {
    let how = lang.pick(
        "判定と送った内容は、管理者の権限で見られます: sudo hashimori-agent explain --open",
        "The verdict and what was sent are the superuser's to see: sudo hashimori-agent explain --open",
    );
    let heading =
        lang.pick("これから送る内容（この権限で読み取れる範囲）", "What would be sent (as far as it can be read without more rights)");
    let body = section(heading, &contents(report, now, &BTreeMap::new(), lang));
    document(&escaped(why), &(paragraph(how) + &body), now, lang)
}

fn document(lead: &str, body: &str, now: Timestamp, lang: Lang) -> String {
    let style = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    let never = list(NEVER.map(|line| escaped(line.get(lang)))) + &paragraph(READ_ONLY.get(lang));
    let never = section(lang.pick("決して集めないもの", "What is never collected"), &never);
    let (tag, title, product) = (lang.tag(), lang.pick("この端末", "This device"), lang.pick("橋守", "Hashimori"));
    let made = now.jst_minute_in(lang);
    let made = say!(
        lang,
        "{made} に、この端末の中で作ったページです。開いても何も送られません。読み終えたらファイルごと消してかまいません。",
        "Made on this device itself, {made}. Opening it sends nothing. Once you have read it, you may delete the file."
    );
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title} — {product}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n{}{}</header>\n\
         <main>\n{body}{never}</main>\n</body>\n</html>\n",
        marked(lead),
        quiet(&made),
    )
}

fn headline(told: &Told) -> String {
    let (progress, lang) = (&told.progress, told.lang);
    let mut said = match &progress.verdict {
        Some(verdict) => {
            let count = verdict.clauses.iter().filter(|c| c.state == verdict.headline).count();
            marked(&state(verdict.headline, lang)) + &paragraph(&say!(lang, "この状態の条項: {count}件", "Clauses in this state: {count}"))
        }
        None => paragraph(NO_VERDICT.get(lang)),
    };
    if progress.retired_at.is_some() {
        said += &paragraph(words::RETIRED.get(lang));
    }
    if let Some(reply) = &progress.last_reply
        && let Some(message) = &reply.message
    {
        said += &marked(&spoken(message, reply.lang, lang));
    }
    if let Some(note) = &progress.trouble {
        let (text, of) = note.get(lang);
        said += &marked(&spoken(text, of, lang));
    }
    if told.is_in_another_language() {
        said += &quiet(OTHER_LANGUAGE.get(lang));
    }
    section(lang.pick("判定", "Verdict"), &format!("<div class=\"headline\">{said}</div>"))
}

fn to_be_done(told: &Told, clauses: &[&ClauseSummary], layout: Layout) -> String {
    if clauses.is_empty() {
        return String::new();
    }
    let (lang, of) = (told.lang, told.progress.verdict_lang);
    let mut out = String::new();
    for clause in clauses {
        let evidence = clause.evidence.map_or_else(String::new, |grade| {
            let grade = grade.label(lang);
            say!(lang, "（根拠: {grade}）", " (evidence: {grade})")
        });
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "<article><h3>{} {}</h3><p>{} {}</p>{}",
            escaped(&clause.clause),
            in_its_own(&clause.title, of, lang),
            state(clause.state, lang),
            escaped(&evidence),
            marked(&in_language(named(&clause.reason, &told.names, of), of, lang))
        );
        if let Some(remedy) = &clause.remedy {
            let remedy = in_its_own(remedy, of, lang);
            out += &marked(&say!(lang, "直し方: {remedy}", "What to do: {remedy}"));
        }
        // A declaration is not a setting: no menu leads to it.
        let ways = if clause.state == State::AwaitingDeclaration { Vec::new() } else { layout.ways(&clause.clause) };
        if !ways.is_empty() {
            out += &paragraph(lang.pick("この端末のメニューでは:", "In this device's menus:"));
            let other = lang.other();
            out += &list(ways.iter().map(|way| {
                let (own, also) = (escaped(way.get(lang)), escaped(way.get(other)));
                format!("{own}<br><span class=\"quiet\" lang=\"{}\">{also}</span>", other.tag())
            }));
        }
        out += "</article>\n";
    }
    section(lang.pick("直すところ・確かめるところ", "What to put right or to check"), &out)
}

fn met(told: &Told, clauses: &[&ClauseSummary]) -> String {
    let (lang, said) = (told.lang, told.progress.verdict_lang);
    let of = |wanted: State| clauses.iter().filter(move |c| c.state == wanted);
    let line = |c: &&ClauseSummary| format!("{} {}", escaped(&c.clause), in_its_own(&c.title, said, lang));
    let lines: Vec<String> = of(State::Compliant).map(line).collect();
    let left_out = match of(State::NotApplicable).count() {
        0 => String::new(),
        count => quiet(&say!(lang, "この端末に当てはまらない条項: {count}件", "Clauses that do not apply to this device: {count}")),
    };
    if lines.is_empty() { left_out } else { section(lang.pick("満たしているところ", "What is met"), &(list(lines) + &left_out)) }
}

/// A report's facts in words, and as it travels.
fn contents(report: &Report, at: Timestamp, names: &BTreeMap<AccountId, String>, lang: Lang) -> String {
    let mut out = String::new();
    for group in facts::groups(report, at, lang) {
        let name = group.account.as_ref().and_then(|id| names.get(id));
        let name = name.map_or_else(String::new, |name| on_this_device(&in_its_own(name, lang, lang), lang));
        let _ = write!(out, "<h3>{}{name}</h3>", escaped(&group.title));
        if group.facts.is_empty() {
            continue;
        }
        out += "<dl>";
        for fact in &group.facts {
            let (unknown, managed) = (unknown(fact, lang), managed(fact, lang));
            let (name, value) = (escaped(&fact.name), escaped(&fact.value));
            let _ = write!(out, "<div><dt>{name}</dt><dd>{unknown}{value}{managed}</dd></div>");
        }
        out += "</dl>";
    }
    let json = serde_json::to_string_pretty(report).unwrap_or_default();
    let as_sent = lang.pick("送る形のまま（JSON）", "As it travels (JSON)");
    let _ = write!(out, "<details><summary>{as_sent}</summary><pre tabindex=\"0\">{}</pre></details>", escaped(&json));
    out
}
