//! この端末: the same that `explain` tells, as one self-contained page. No script, nothing from elsewhere, nothing to send:
//! its own Content-Security-Policy allows this stylesheet and nothing else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use data_encoding::BASE64;
use hashimori_shared::checkin::ClauseSummary;
use hashimori_shared::ids::AccountId;
use hashimori_shared::lang::Lang;
use hashimori_shared::report::{Report, words as facts};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;
use sha2::{Digest as _, Sha256};

use super::menus::Layout;
use super::{NEVER, NO_VERDICT, NOTHING_SENT, READ_ONLY, Told, named};
use crate::words;

const STYLE: &str = include_str!("page.css");

/// The page of an enrolled device, made at `now`.
pub(super) fn of_device(told: &Told, now: Timestamp) -> String {
    let progress = &told.progress;
    let label = told.identity.label.as_deref().map_or_else(String::new, |label| format!("「{label}」"));
    let lead = format!("{}の機器{label}として登録されています。", told.identity.facility);
    let mut notes = Vec::new();
    notes.extend(progress.retired_at.map(|_| words::RETIRED));
    notes.extend(progress.last_reply.as_ref().and_then(|reply| reply.message.as_deref()));
    notes.extend(progress.trouble.as_ref().map(|note| note.text.as_str()));
    let mut body = headline(told, &notes);
    let clauses = told.clauses();
    let to_do: Vec<&ClauseSummary> =
        clauses.iter().filter(|c| !matches!(c.state, State::Compliant | State::NotApplicable)).copied().collect();
    body += &to_be_done(&to_do, &told.names);
    body += &met(&clauses);
    let heading = told.sent.as_ref().map_or_else(String::new, |(_, at)| format!("（{} に届いたもの）", at.jst_minute()));
    body += &section(
        &format!("送った内容{heading}"),
        &match &told.sent {
            Some((report, at)) => contents(report, *at, &told.names),
            None => paragraph(NOTHING_SENT),
        },
    );
    document(&lead, &body, now)
}

/// The page for whoever may not see this device's state, or whose device has none: what would be sent, read at `now`.
pub(super) fn of_stranger(why: &str, report: &Report, now: Timestamp) -> String {
    let how = "判定と送った内容は、管理者の権限で見られます: sudo hashimori-agent explain --open";
    let body = section("これから送る内容（この権限で読み取れる範囲）", &contents(report, now, &BTreeMap::new()));
    document(why, &(paragraph(how) + &body), now)
}

fn document(lead: &str, body: &str, now: Timestamp) -> String {
    let style = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    let never = section("決して集めないもの", &(list(NEVER.map(escaped)) + &paragraph(READ_ONLY)));
    format!(
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>この端末 — 橋守</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>この端末</h1>\n{}{}</header>\n\
         <main>\n{body}{never}</main>\n</body>\n</html>\n",
        paragraph(lead),
        quiet(&format!(
            "{} に、この端末の中で作ったページです。開いても何も送られません。読み終えたらファイルごと消してかまいません。",
            now.jst_minute()
        )),
    )
}

fn headline(told: &Told, notes: &[&str]) -> String {
    let said = match &told.progress.verdict {
        Some(verdict) => {
            let clauses = verdict.clauses.iter().filter(|c| c.state == verdict.headline).count();
            format!("<p>{}</p>{}", state(verdict.headline), paragraph(&format!("この状態の条項: {clauses}件")))
        }
        None => paragraph(NO_VERDICT),
    };
    let notes = notes.iter().map(|note| paragraph(note)).collect::<Vec<_>>().concat();
    section("判定", &format!("<div class=\"headline\">{said}{notes}</div>"))
}

fn to_be_done(clauses: &[&ClauseSummary], names: &BTreeMap<AccountId, String>) -> String {
    if clauses.is_empty() {
        return String::new();
    }
    let layout = Layout::of_this_device();
    let mut out = String::new();
    for clause in clauses {
        let evidence = clause.evidence.map_or_else(String::new, |e| format!("（根拠: {}）", e.label_ja()));
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "<article><h3>{} {}</h3><p>{} {}</p>{}",
            escaped(&clause.clause),
            escaped(&clause.title),
            state(clause.state),
            escaped(&evidence),
            paragraph(&named(clause.reason.clone(), names))
        );
        if let Some(remedy) = &clause.remedy {
            out += &paragraph(&format!("直し方: {remedy}"));
        }
        // A declaration is not a setting: no menu leads to it.
        let ways = if clause.state == State::AwaitingDeclaration { Vec::new() } else { layout.ways(&clause.clause) };
        if !ways.is_empty() {
            let lines =
                ways.iter().map(|way| [&escaped(way.ja), "<br><span class=\"quiet\" lang=\"en\">", &escaped(way.en), "</span>"].concat());
            out += "<p>この端末のメニューでは:</p>";
            out += &list(lines);
        }
        out += "</article>\n";
    }
    section("直すところ・確かめるところ", &out)
}

fn met(clauses: &[&ClauseSummary]) -> String {
    let of = |wanted: State| clauses.iter().filter(move |c| c.state == wanted);
    let lines: Vec<String> = of(State::Compliant).map(|c| escaped(&format!("{} {}", c.clause, c.title))).collect();
    let left_out = match of(State::NotApplicable).count() {
        0 => String::new(),
        count => quiet(&format!("この端末に当てはまらない条項: {count}件")),
    };
    if lines.is_empty() { left_out } else { section("満たしているところ", &(list(lines) + &left_out)) }
}

/// A report's facts in words, and as it travels.
fn contents(report: &Report, at: Timestamp, names: &BTreeMap<AccountId, String>) -> String {
    let mut out = String::new();
    for group in facts::groups(report, at, Lang::Japanese) {
        let name = group.account.as_ref().and_then(|id| names.get(id));
        let name = name.map_or_else(String::new, |n| format!("（この端末での名前: {n}。名前は送りません）"));
        let _ = write!(out, "<h3>{}{}</h3>", escaped(&group.title), escaped(&name));
        if group.facts.is_empty() {
            continue;
        }
        out += "<dl>";
        for fact in &group.facts {
            let unknown = if fact.known { "" } else { "未確認: " };
            let managed = if fact.managed { "（管理者が固定）" } else { "" };
            let (name, value) = (escaped(&fact.name), escaped(&fact.value));
            let _ = write!(out, "<div><dt>{name}</dt><dd>{unknown}{value}{managed}</dd></div>");
        }
        out += "</dl>";
    }
    let json = serde_json::to_string_pretty(report).unwrap_or_default();
    let _ = write!(out, "<details><summary>送る形のまま（JSON）</summary><pre tabindex=\"0\">{}</pre></details>", escaped(&json));
    out
}

fn state(state: State) -> String {
    let class = match state {
        State::NotApplicable => "na",
        State::Compliant => "compliant",
        State::RecommendationUnmet => "recommendation",
        State::AwaitingDeclaration => "awaiting",
        State::Stale => "stale",
        State::Unknown => "unknown",
        State::NonCompliant => "noncompliant",
    };
    format!("<span class=\"state {class}\">{}</span>", state.label_ja())
}

fn section(heading: &str, content: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{content}\n</section>\n", escaped(heading))
}

fn list(lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().map(|line| ["<li>", &line, "</li>\n"].concat()).collect();
    ["<ul>\n", &lines.concat(), "</ul>\n"].concat()
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escaped(text))
}

fn quiet(text: &str) -> String {
    format!("<p class=\"quiet\">{}</p>\n", escaped(text))
}

/// Text as HTML shows it; the collector's words are no markup here.
fn escaped(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_collector_says_is_text_and_never_markup() {
        let clause = ClauseSummary {
            clause: "§20-1".into(),
            title: "<script>alert(1)</script>".into(),
            state: State::NonCompliant,
            evidence: None,
            reason: "\u{1b}[2J\" onload=\"x & y".into(),
            remedy: Some("<a href='https://elsewhere.example/'>".into()),
        };
        let page = document("架空薬局", &to_be_done(&[&clause], &BTreeMap::new()), Timestamp::from_seconds(1_785_715_200));
        assert!(!page.contains("<script") && !page.contains("<a ") && !page.contains('\u{1b}'), "{page}");
        assert!(page.contains("&lt;script&gt;") && page.contains("&quot; onload=&quot;x &amp; y"));
        assert!(page.contains("default-src 'none'") && !page.contains("src=") && !page.contains("url("));
        let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a stylesheet");
        assert!(page.contains(&BASE64.encode(&Sha256::digest(style.as_bytes()))), "the policy names this very stylesheet");
    }
}
