//! `verdict`: the verdict the collector last told, as a table for people or one line of JSON for scripts. Without network.

use std::collections::BTreeMap;

use clap::Args;
use hashimori_shared::checkin::{ClauseSummary, VerdictSummary};
use hashimori_shared::verdict::Evidence;
use serde::Serialize;

use super::World;
use crate::cycle::enrolled;
use crate::exit::{Exit, Failure};
use crate::state::Progress;
use crate::words;

#[derive(Debug, Args)]
pub(super) struct VerdictArgs {
    /// JSON 一行で出す
    #[arg(long)]
    json: bool,
}

/// What `verdict --json` prints: a promise to scripts. States and grades are the words people read; `NO_EVIDENCE` where there is none.
#[derive(Debug, Serialize)]
struct Verdict<'a> {
    device: &'a str,
    state: &'static str,
    pack: &'a str,
    clauses: BTreeMap<&'a str, Clause<'a>>,
}

/// One clause in it.
#[derive(Debug, Serialize)]
struct Clause<'a> {
    state: &'static str,
    evidence: &'static str,
    reason: &'a str,
}

pub(super) fn verdict(world: &World, args: &VerdictArgs) -> Result<Exit, Failure> {
    let identity = enrolled(&world.folder)?;
    let progress = Progress::peek(&world.folder).map_err(words::state)?;
    let (Some(verdict), Some(reply)) = (&progress.verdict, &progress.last_reply) else {
        return Err(Failure::new(Exit::Later, "まだ判定を受け取っていません。hashimori-agent check-in で点検結果を送ってください。"));
    };
    if args.json {
        let clauses = verdict.clauses.iter().map(|c| {
            let clause = Clause { state: c.state.label_ja(), evidence: grade(c), reason: &c.reason };
            (c.clause.as_str(), clause)
        });
        let json = Verdict { device: &identity.device, state: verdict.headline.label_ja(), pack: &reply.pack, clauses: clauses.collect() };
        println!("{}", serde_json::to_string(&json).unwrap_or_default());
    } else {
        print!("{}", table(verdict, &reply.pack));
    }
    Ok(Exit::Done)
}

/// The collector's pages say the same.
const NO_EVIDENCE: &str = "なし";

fn grade(clause: &ClauseSummary) -> &'static str {
    clause.evidence.map_or(NO_EVIDENCE, Evidence::label_ja)
}

fn table(verdict: &VerdictSummary, pack: &str) -> String {
    let mut rows = vec![["条項".to_owned(), "状態".to_owned(), "根拠".to_owned(), "内容".to_owned()]];
    rows.extend(verdict.clauses.iter().map(|c| {
        let evidence = grade(c);
        [c.clause.clone(), c.state.label_ja().to_owned(), evidence.to_owned(), c.title.clone()]
    }));
    let widths: [usize; 4] = std::array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0));
    let mut lines = vec![format!("全体: {}（{pack}）", verdict.headline.label_ja())];
    for (row, clause) in rows.iter().zip(std::iter::once(None).chain(verdict.clauses.iter().map(Some))) {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, to)| padded(cell, to)).collect();
        let reason = clause.map_or("理由", |c: &ClauseSummary| c.reason.as_str());
        lines.push(format!("{}  {reason}", cells.join("  ")));
    }
    lines.join("\n") + "\n"
}

/// Columns a text takes on a terminal: Japanese takes two a character, except half-width katakana.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() || c == '§' || ('｡'..='ﾟ').contains(&c) { 1 } else { 2 }).sum()
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashimori_shared::verdict::State;

    #[test]
    fn the_tables_columns_line_up_on_a_japanese_terminal() {
        let clause = |id: &str, title: &str, state, evidence| ClauseSummary {
            clause: id.to_owned(),
            title: title.to_owned(),
            state,
            evidence,
            reason: "理由の文。".to_owned(),
            remedy: None,
        };
        let clauses = vec![
            clause("§19-6", "ウイルス対策", State::Compliant, Some(Evidence::Measured)),
            clause("§20-10", "画面", State::AwaitingDeclaration, None),
        ];
        let text = table(&VerdictSummary { headline: State::AwaitingDeclaration, clauses }, "itsutsubashi-2019-02-08");
        let starts: Vec<usize> = text.lines().skip(1).filter_map(|line| line.rfind("理由").map(|at| width(&line[..at]))).collect();
        assert_eq!(starts.len(), 3);
        assert!(starts.iter().all(|start| *start == starts[0]), "{text}");
    }
}
