//! The tables of an archive, written piece by piece: the list of them, and those of papers, self-checks and the log.

mod attached;
mod devices;
mod disaster;
mod staff;

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::{Failed, packing_failed};
use crate::domain::csv::Csv;
use crate::domain::device::Ownership;
use crate::domain::people::Person;
use crate::evidence::{CHAIN, Packing};
use crate::http::pages::export::{in_words, stamp};
use crate::http::pages::{PageError, Web, log as log_page, papers};
use crate::store::belonging::Home;
use crate::store::log::{Filter, Reach as LogReach};
use crate::store::{log, paper, self_check};
use crate::words::Text;

/// Rows read at once.
const READ: u16 = 500;

/// The files, in order, and keys of what they hold.
pub(super) fn files() -> Vec<(&'static str, &'static str)> {
    vec![
        ("README.txt", "evidence-file-readme"),
        ("devices.csv", "evidence-file-devices"),
        ("ledger.csv", "evidence-file-ledger"),
        ("state-changes.csv", "evidence-file-changes"),
        ("papers.csv", "evidence-file-papers"),
        ("paper-steps.csv", "evidence-file-steps"),
        ("paper-files.csv", "evidence-file-attachments"),
        ("files/", "evidence-file-attached"),
        ("self-checks.csv", "evidence-file-self-checks"),
        ("staff.csv", "evidence-file-staff"),
        ("trainings.csv", "evidence-file-trainings"),
        ("staff-reviews.csv", "evidence-file-reviews"),
        ("operation-log.csv", "evidence-file-log"),
        (CHAIN, "evidence-file-chain"),
        ("disasters.csv", "evidence-file-disasters"),
        ("disaster-steps.csv", "evidence-file-disaster-steps"),
        ("disaster-devices.csv", "evidence-file-let-in"),
        ("disaster-gone.csv", "evidence-file-gone"),
    ]
}

/// What is wanted, and by whom.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub web: &'a Web,
    pub reader: &'a Person,
    pub home: Home,
    pub lang: Lang,
    /// From when, and before when.
    pub period: (Timestamp, Timestamp),
}

/// The archive being written.
pub(super) struct Tables<'a> {
    wanted: Wanted<'a>,
    packing: Packing,
}

fn columns(keys: &[&'static str]) -> Vec<Text> {
    keys.iter().copied().map(Text::new).collect()
}

impl<'a> Tables<'a> {
    pub(super) fn new(wanted: &Wanted<'a>) -> Self {
        Self { wanted: *wanted, packing: Packing::new() }
    }

    /// Writes every table.
    pub(super) async fn all(mut self) -> Result<Packing, Failed> {
        self.readme().await?;
        self.devices().await?;
        self.ledger().await?;
        self.changes().await?;
        self.papers().await?;
        attached::write(&mut self).await?;
        self.self_checks().await?;
        self.staff().await?;
        self.trainings().await?;
        self.reviews().await?;
        self.log().await?;
        self.chain().await?;
        self.disasters().await?;
        self.disaster_steps().await?;
        self.let_in().await?;
        self.gone().await?;
        Ok(self.packing)
    }

    fn say(&self, text: impl Into<Text>) -> String {
        text.into().in_lang(self.wanted.lang)
    }

    async fn begin(&mut self, name: &'static str, columns: &[Text]) -> Result<Csv, Failed> {
        self.packing.file(name).await.map_err(packing_failed)?;
        Ok(Csv::new(&in_words(columns, self.wanted.lang)))
    }

    async fn put(&mut self, csv: &mut Csv, rows: usize) -> Result<(), Failed> {
        self.packing.rows(csv.take(), rows).await.map_err(packing_failed)
    }

    /// How to check the archive, and what the reader may not see of it.
    async fn readme(&mut self) -> Result<(), Failed> {
        let sees = self.wanted.reader.role.sees_facts(Ownership::Personal);
        let mut lines = vec![self.say("evidence-readme"), self.say("evidence-readme-check")];
        lines.extend((!sees).then(|| self.say("evidence-readme-personal")));
        lines.extend(files().into_iter().map(|(name, key)| format!("{name}: {}", self.say(key))));
        // With its mark, so that a text editor on Windows reads it as it is.
        let text = format!("\u{feff}{}\r\n", lines.join("\r\n"));
        self.packing.file("README.txt").await.map_err(packing_failed)?;
        self.packing.rows(text.into_bytes(), lines.len()).await.map_err(packing_failed)
    }

    /// Papers, then their steps: two files one after the other, for an archive has one open at a time.
    async fn papers(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, lang, period } = self.wanted;
        for (name, columns, steps) in
            [("papers.csv", papers::table::columns(), false), ("paper-steps.csv", papers::table::step_columns(), true)]
        {
            let mut csv = self.begin(name, &columns).await?;
            let mut after = None;
            loop {
                let found = paper::list_between(&web.store, home.facility, period, after, READ).await?;
                let mut rows = 0;
                for found in &found {
                    let lines = if steps {
                        papers::table::steps(web, (reader, lang), found, period).await?
                    } else {
                        vec![papers::table::row(web, (reader, lang), found)]
                    };
                    rows += lines.len();
                    for line in &lines {
                        csv.row(line);
                    }
                }
                self.put(&mut csv, rows).await?;
                after = found.last().map(|last| last.paper.id);
                if found.len() < usize::from(READ) {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn self_checks(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, period, .. } = self.wanted;
        let columns = columns(&[
            "history-col-at",
            "oplog-col-actor",
            "evidence-col-grade",
            "export-col-devices",
            "rules-col-clause",
            "evidence-col-check",
            "evidence-col-answer",
            "export-col-remark",
        ]);
        let mut csv = self.begin("self-checks.csv", &columns).await?;
        let mut after = String::new();
        loop {
            let acts = self_check::list_between(&web.store, home.facility, period, &after, READ).await?;
            let mut rows = 0;
            for act in &acts {
                // What is said of people's own devices alone is their facility's business: that it was said is not.
                let shown = !act.line.personal || reader.role.sees_facts(Ownership::Personal);
                let answers: Vec<[String; 3]> = act
                    .answers
                    .iter()
                    .filter(|_| shown)
                    .map(|a| [a.clause().to_owned(), a.check().to_owned(), self.say(a.text())])
                    .collect();
                let answers = if shown { answers } else { vec![[String::new(), String::new(), self.say("paper-not-shown")]] };
                rows += answers.len();
                for [clause, check, answer] in answers {
                    csv.row(&[
                        stamp(act.line.at),
                        act.line.by.clone().unwrap_or_else(|| self.say("oplog-erased")),
                        self.say(act.line.grade.key()),
                        act.line.devices.to_string(),
                        clause,
                        check,
                        answer,
                        if shown { act.line.note.clone() } else { String::new() },
                    ]);
                }
            }
            self.put(&mut csv, rows).await?;
            if let Some(last) = acts.last() {
                after.clone_from(&last.id);
            }
            if acts.len() < usize::from(READ) {
                return Ok(());
            }
        }
    }

    async fn log(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, lang, period: (from, until) } = self.wanted;
        let hides_personal = !reader.role.sees_facts(Ownership::Personal);
        let mut filter = Filter { from: Some(from), until: Some(until), hides_personal, ..Filter::default() };
        let mut csv = self.begin("operation-log.csv", &log_page::columns()).await?;
        loop {
            let lines = log::list(&web.store, LogReach::Facility(home.facility), &filter, READ).await?;
            for line in &lines {
                csv.row(&log_page::row(line, lang));
            }
            self.put(&mut csv, lines.len()).await?;
            filter.before = lines.last().map(|last| last.entry.id.clone());
            if lines.len() < usize::from(READ) {
                return Ok(());
            }
        }
    }

    async fn chain(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, period, .. } = self.wanted;
        let hides_personal = !reader.role.sees_facts(Ownership::Personal);
        self.packing.file(CHAIN).await.map_err(packing_failed)?;
        let mut after = String::new();
        loop {
            let (links, last) = log::list_links(&web.store, home.facility, period, (after.as_str(), hides_personal), READ).await?;
            let mut bytes = Vec::new();
            for link in &links {
                serde_json::to_writer(&mut bytes, link).map_err(PageError::internal)?;
                bytes.push(b'\n');
            }
            self.packing.rows(bytes, links.len()).await.map_err(packing_failed)?;
            match last {
                Some(last) if links.len() == usize::from(READ) => after = last,
                Some(_) | None => return Ok(()),
            }
        }
    }
}
