//! The tables of an archive, written piece by piece.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::{Failed, packing_failed};
use crate::domain::csv::Csv;
use crate::domain::device::Ownership;
use crate::domain::disaster::{Exception, Reach};
use crate::domain::people::Person;
use crate::evidence::{CHAIN, Packing};
use crate::http::pages::device::cause;
use crate::http::pages::export::{device_columns, device_row, in_words, stamp};
use crate::http::pages::places::called;
use crate::http::pages::{PageError, Web, ledger, log as log_page, papers};
use crate::store::belonging::Home;
use crate::store::disaster::{cover, let_in};
use crate::store::listed::{self, Only};
use crate::store::log::{Filter, Reach as LogReach};
use crate::store::{area, device, disaster, history, log, paper, self_check};
use crate::views::Mark;
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
        ("self-checks.csv", "evidence-file-self-checks"),
        ("operation-log.csv", "evidence-file-log"),
        (CHAIN, "evidence-file-chain"),
        ("disasters.csv", "evidence-file-disasters"),
        ("disaster-devices.csv", "evidence-file-let-in"),
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
        self.self_checks().await?;
        self.log().await?;
        self.chain().await?;
        self.disasters().await?;
        self.let_in().await?;
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

    async fn devices(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, lang, .. } = self.wanted;
        let mut csv = self.begin("devices.csv", &device_columns(web)).await?;
        let covered = cover::is_covered(web.store.read(), home, web.now()).await?;
        let mut after = None;
        loop {
            let devices = listed::list(&web.store, home.facility, &Only::All, (after, READ)).await?;
            for (device, line) in &devices {
                csv.row(&device_row(web, (reader, lang), (device, line), covered));
            }
            self.put(&mut csv, devices.len()).await?;
            after = devices.last().map(|(last, _)| last.id);
            if devices.len() < usize::from(READ) {
                return Ok(());
            }
        }
    }

    async fn ledger(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, lang, .. } = self.wanted;
        let mut csv = self.begin("ledger.csv", &ledger::columns()).await?;
        let mut after = None;
        loop {
            let (rows, next) = ledger::written_out(web, (reader, lang), (home.facility, after)).await?;
            for row in &rows {
                csv.row(row);
            }
            self.put(&mut csv, rows.len()).await?;
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn changes(&mut self) -> Result<(), Failed> {
        let Wanted { web, home, .. } = self.wanted;
        let columns = columns(&[
            "device-about-id",
            "facility-col-device",
            "history-col-at",
            "history-col-cause",
            "history-col-verdict",
            "rules-col-clause",
            "evidence-col-before",
            "evidence-col-after",
            "rules-pack",
        ]);
        let mut csv = self.begin("state-changes.csv", &columns).await?;
        let mut after = None;
        loop {
            let devices = device::list(&web.store, home.facility, after, READ).await?;
            for device in &devices {
                self.changes_of(device, &mut csv).await?;
            }
            after = devices.last().map(|last| last.id);
            if devices.len() < usize::from(READ) {
                // Also where nothing changed, the names of the columns are there.
                return self.put(&mut csv, 0).await;
            }
        }
    }

    async fn changes_of(&mut self, device: &device::Device, csv: &mut Csv) -> Result<(), Failed> {
        let Wanted { web, reader, period, .. } = self.wanted;
        let label = self.say(called(reader, device.ownership, &device.label, device.id));
        let mut after = 0;
        loop {
            let changes = history::list_between(&web.store, device.n, period, after, READ).await?;
            let mut rows = 0;
            for change in &changes {
                let mut clauses: Vec<[String; 3]> = change
                    .differences()
                    .map(|(clause, was, is)| {
                        let [was, is] = [was, is].map(|state| state.map(|s| self.say(Mark::of(s).word)).unwrap_or_default());
                        [clause.to_owned(), was, is]
                    })
                    .collect();
                if clauses.is_empty() {
                    clauses.push(Default::default());
                }
                rows += clauses.len();
                for [clause, was, is] in clauses {
                    csv.row(&[
                        device.id.to_string(),
                        label.clone(),
                        stamp(change.at),
                        self.say(cause(&change.cause)),
                        self.say(Mark::of(change.headline).word),
                        clause,
                        was,
                        is,
                        change.judged_with.clone(),
                    ]);
                }
            }
            if rows > 0 {
                self.put(csv, rows).await?;
            }
            after = changes.last().map_or(after, |last| last.id);
            if changes.len() < usize::from(READ) {
                return Ok(());
            }
        }
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
                let shown = !act.personal || reader.role.sees_facts(Ownership::Personal);
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

    async fn disasters(&mut self) -> Result<(), Failed> {
        let Wanted { web, home, period, .. } = self.wanted;
        let columns = columns(&[
            "evidence-col-id",
            "evidence-col-drill",
            "evidence-col-reach",
            "evidence-col-began",
            "evidence-col-entered",
            "evidence-col-ends",
            "evidence-col-ending",
            "evidence-col-phase",
            "evidence-col-reason",
            "evidence-col-basis",
        ]);
        let mut csv = self.begin("disasters.csv", &columns).await?;
        let mut after = None;
        loop {
            let found = disaster::list_over(&web.store, home, period, after, READ).await?;
            after = found.last().map(|last| last.id);
            let rows = found.len();
            for exception in found {
                let exception = exception.at(web.now());
                csv.row(&[
                    exception.id.to_string(),
                    if exception.drill { self.say("evidence-yes") } else { String::new() },
                    self.reach(&exception).await?,
                    stamp(exception.began_at),
                    stamp(exception.entered_at),
                    stamp(exception.ended.map_or(exception.ends_at, |(_, at)| at)),
                    exception.ended.map(|(ending, _)| self.say(ending.key())).unwrap_or_default(),
                    self.say(exception.phase.key()),
                    exception.reason,
                    exception.basis,
                ]);
            }
            self.put(&mut csv, rows).await?;
            if rows < usize::from(READ) {
                return Ok(());
            }
        }
    }

    /// What it covers, without the names of other facilities.
    async fn reach(&self, exception: &Exception) -> Result<String, Failed> {
        let areas = match &exception.reach {
            Reach::Region => return Ok(self.say("disaster-reach-region")),
            Reach::Facilities(_) => return Ok(self.say("evidence-reach-here")),
            Reach::Areas(areas) => areas,
        };
        let mut names = Vec::new();
        for place in areas {
            names.extend(area::find(self.wanted.web.store.read(), exception.region, place.what).await?.map(|area| area.name));
        }
        Ok(self.wanted.lang.list(&names))
    }

    async fn let_in(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, period, .. } = self.wanted;
        let sees = reader.role.sees_facts(Ownership::Personal);
        let columns = columns(&[
            "evidence-col-id",
            "evidence-col-drill",
            "evidence-col-began",
            "evidence-col-entered",
            "evidence-col-whose",
            "evidence-col-machine",
            "field-name",
            "evidence-col-stay",
            "evidence-col-cleared",
            "evidence-col-cleared-at",
        ]);
        let mut csv = self.begin("disaster-devices.csv", &columns).await?;
        let mut after = None;
        loop {
            let lines = let_in::list_between(&web.store, home.facility, period, after, READ).await?;
            for line in &lines {
                let at = |at: Option<Timestamp>| at.map(stamp).unwrap_or_default();
                csv.row(&[
                    line.id.to_string(),
                    if line.drill { self.say("evidence-yes") } else { String::new() },
                    stamp(line.event_at),
                    stamp(line.entered_at),
                    self.say(line.said.whose.key()),
                    self.say(line.said.machine.key()),
                    if sees { line.said.name.clone() } else { self.say("paper-not-shown") },
                    at(line.until),
                    line.cleared.map(|(how, _)| self.say(how.key())).unwrap_or_default(),
                    at(line.cleared.map(|(_, at)| at)),
                ]);
            }
            self.put(&mut csv, lines.len()).await?;
            after = lines.last().map(|last| last.id);
            if lines.len() < usize::from(READ) {
                return Ok(());
            }
        }
    }
}
