//! The devices of a facility, and how their states changed in the period.

use super::{READ, Tables, Wanted, columns};
use crate::domain::csv::Csv;
use crate::http::pages::device::cause;
use crate::http::pages::evidence::Failed;
use crate::http::pages::export::{device_columns, device_row, stamp};
use crate::http::pages::ledger;
use crate::http::pages::places::called;
use crate::store::disaster::cover;
use crate::store::listed::{self, Only};
use crate::store::{device, history};
use crate::views::Mark;

impl Tables<'_> {
    pub(super) async fn ledger(&mut self) -> Result<(), Failed> {
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

    pub(super) async fn devices(&mut self) -> Result<(), Failed> {
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

    pub(super) async fn changes(&mut self) -> Result<(), Failed> {
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
}
