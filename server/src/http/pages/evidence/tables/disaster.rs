//! 災害時特例 over a facility in the period, and what they let in.

use hashimori_shared::time::Timestamp;

use super::{READ, Tables, Wanted, columns};
use crate::domain::device::Ownership;
use crate::domain::disaster::{Exception, Reach};
use crate::http::pages::evidence::Failed;
use crate::http::pages::export::stamp;
use crate::store::disaster::let_in;
use crate::store::{area, disaster};

impl Tables<'_> {
    pub(super) async fn disasters(&mut self) -> Result<(), Failed> {
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

    pub(super) async fn let_in(&mut self) -> Result<(), Failed> {
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
