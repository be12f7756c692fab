//! 災害時特例 over a facility in the period: what was done to them and by whom, what they let in, and what was lost.

use hashimori_shared::time::Timestamp;

use super::{READ, Tables, Wanted, columns};
use crate::domain::act::Actor;
use crate::domain::device::Ownership;
use crate::domain::disaster::{Exception, Reach};
use crate::http::pages::evidence::Failed;
use crate::http::pages::export::stamp;
use crate::store::disaster::{gone, let_in};
use crate::store::{area, disaster};
use crate::words::Text;

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

    pub(super) async fn disaster_steps(&mut self) -> Result<(), Failed> {
        let Wanted { web, home, period, .. } = self.wanted;
        let columns = columns(&[
            "evidence-col-id",
            "evidence-col-drill",
            "evidence-col-step",
            "oplog-col-actor",
            "evidence-col-reason",
            "evidence-col-happened",
            "evidence-col-entered",
            "evidence-col-ends",
        ]);
        let mut csv = self.begin("disaster-steps.csv", &columns).await?;
        let mut after = None;
        loop {
            let found = disaster::list_over(&web.store, home, period, after, READ).await?;
            after = found.last().map(|last| last.id);
            let mut rows = 0;
            for exception in &found {
                for step in disaster::list_steps(&web.store, exception.id).await? {
                    csv.row(&[
                        exception.id.to_string(),
                        self.marked(exception.drill),
                        self.say(step.kind.key()),
                        self.who(step.name, &step.by),
                        step.why,
                        stamp(step.event_at),
                        stamp(step.entered_at),
                        step.until.map(stamp).unwrap_or_default(),
                    ]);
                    rows += 1;
                }
            }
            self.put(&mut csv, rows).await?;
            if found.len() < usize::from(READ) {
                return Ok(());
            }
        }
    }

    fn marked(&self, drill: bool) -> String {
        if drill { self.say("evidence-yes") } else { String::new() }
    }

    /// Whoever did it, by name or by what they are.
    fn who(&self, name: Option<String>, word: &str) -> String {
        name.unwrap_or_else(|| self.say(Actor::label(word).unwrap_or_else(|| Text::new("oplog-erased"))))
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
            "evidence-col-cleared-by",
            "evidence-col-cleared-done",
            "evidence-col-cleared-why",
        ]);
        let mut csv = self.begin("disaster-devices.csv", &columns).await?;
        let mut after = None;
        loop {
            let lines = let_in::list_between(&web.store, home.facility, period, after, READ).await?;
            for line in &lines {
                let at = |at: Option<Timestamp>| at.map(stamp).unwrap_or_default();
                let noted = line.noted.as_ref();
                let done: Vec<_> = noted.iter().flat_map(|noted| &noted.done).map(|check| self.say(check.key())).collect();
                // What is said of people's own things is their facility's business: that it was said is not.
                let why = noted.map(|noted| noted.why.clone()).unwrap_or_default();
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
                    noted.map(|noted| self.who(noted.name.clone(), &noted.by)).unwrap_or_default(),
                    self.wanted.lang.list(&done),
                    if sees || why.is_empty() { why } else { self.say("paper-not-shown") },
                ]);
            }
            self.put(&mut csv, lines.len()).await?;
            after = lines.last().map(|last| last.id);
            if lines.len() < usize::from(READ) {
                return Ok(());
            }
        }
    }

    pub(super) async fn gone(&mut self) -> Result<(), Failed> {
        let Wanted { web, reader, home, period, .. } = self.wanted;
        let columns = columns(&[
            "evidence-col-id",
            "evidence-col-drill",
            "evidence-col-device",
            "field-name",
            "evidence-col-gone",
            "evidence-col-happened",
            "evidence-col-entered",
            "oplog-col-actor",
        ]);
        let mut csv = self.begin("disaster-gone.csv", &columns).await?;
        let mut after: Option<gone::Line> = None;
        loop {
            let mut lines = gone::list_between(&web.store, home.facility, period, after.as_ref(), READ).await?;
            for line in &lines {
                csv.row(&[
                    line.exception.0.to_string(),
                    self.marked(line.exception.1),
                    line.device.0.to_string(),
                    if reader.role.sees_facts(line.ownership) { line.label.clone() } else { self.say("paper-not-shown") },
                    self.say(line.how.key()),
                    stamp(line.at.0),
                    stamp(line.at.1),
                    self.who(line.by.1.clone(), &line.by.0),
                ]);
            }
            self.put(&mut csv, lines.len()).await?;
            if lines.len() < usize::from(READ) {
                return Ok(());
            }
            after = lines.pop();
        }
    }
}
