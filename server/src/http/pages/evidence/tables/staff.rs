//! 利用者の名簿 of a facility, its trainings and its reviews in the period. Names stay at the facility: in the archive of whoever only reads,
//! people have the numbers of the list.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::{READ, Tables, Wanted, columns};
use crate::domain::people::{Right, may};
use crate::http::pages::evidence::Failed;
use crate::http::pages::export::stamp;
use crate::http::pages::staff::signed;
use crate::store::staff;

/// Those who have left, and reviews, in one archive.
const MOST: u16 = 5_000;

fn day(day: Option<Timestamp>) -> String {
    day.map(|day| day.jst_date_in(Lang::English)).unwrap_or_default()
}

impl Tables<'_> {
    const fn names_people(&self) -> bool {
        may(self.wanted.reader.role, Right::KeepStaff)
    }

    /// What only the facility reads.
    fn inside(&self, words: &str) -> String {
        if self.names_people() || words.is_empty() { words.to_owned() } else { self.say("paper-not-shown") }
    }

    pub(super) async fn staff(&mut self) -> Result<(), Failed> {
        let Wanted { web, home, .. } = self.wanted;
        let columns = columns(&[
            "evidence-col-person",
            "staff-col-name",
            "staff-col-job",
            "staff-col-mcs-id",
            "papers-col-state",
            "staff-col-joined",
            "staff-col-last",
            "staff-edition",
            "staff-signed-on",
            "staff-col-trained",
            "staff-col-changed",
        ]);
        let mut csv = self.begin("staff.csv", &columns).await?;
        let editions = staff::pledge::list(web.store.read(), home.facility).await?;
        let mut members = staff::list(web.store.read(), home.facility).await?;
        members.extend(staff::list_left(web.store.read(), home.facility, MOST).await?);
        for member in &members {
            let details = &member.details;
            csv.row(&[
                member.number.to_string(),
                self.inside(&details.name),
                details.job.clone(),
                self.inside(&details.mcs_id),
                self.say(member.state.key()),
                day(Some(details.joined)),
                day(member.last_day),
                signed(member, &editions).map(|edition| self.say(edition)).unwrap_or_default(),
                day(member.pledge.map(|pledge| pledge.on)),
                day(member.trained),
                day(member.changed),
            ]);
        }
        self.put(&mut csv, members.len()).await
    }

    pub(super) async fn trainings(&mut self) -> Result<(), Failed> {
        let Wanted { web, home, lang, period, .. } = self.wanted;
        let columns = columns(&[
            "evidence-col-id",
            "staff-training-day",
            "staff-topic",
            "staff-teacher",
            "staff-material",
            "staff-understood",
            "evidence-col-persons",
            "staff-who-attended",
            "oplog-col-actor",
            "staff-void",
        ]);
        let mut csv = self.begin("trainings.csv", &columns).await?;
        let mut after = 0;
        loop {
            let held = staff::training::list_between(web.store.read(), home.facility, period, (after, READ)).await?;
            for held in &held {
                let who =
                    |(number, name): &(i64, String)| if self.names_people() { format!("{number} {name}") } else { number.to_string() };
                let training = &held.training;
                csv.row(&[
                    held.number.to_string(),
                    day(Some(training.on)),
                    training.topic.clone(),
                    self.inside(&training.teacher),
                    training.material.clone(),
                    training.understood.clone(),
                    held.people.len().to_string(),
                    lang.list(&held.people.iter().map(who).collect::<Vec<_>>()),
                    held.by.clone().unwrap_or_else(|| self.say("oplog-erased")),
                    held.void_why.clone(),
                ]);
            }
            self.put(&mut csv, held.len()).await?;
            after = held.last().map_or(after, |last| last.number);
            if held.len() < usize::from(READ) {
                return Ok(());
            }
        }
    }

    pub(super) async fn reviews(&mut self) -> Result<(), Failed> {
        let Wanted { web, home, period, .. } = self.wanted;
        let columns = columns(&["history-col-at", "oplog-col-actor", "evidence-col-persons", "staff-differences"]);
        let mut csv = self.begin("staff-reviews.csv", &columns).await?;
        let reviews = staff::review::list_between(web.store.read(), home.facility, period, MOST).await?;
        for review in &reviews {
            csv.row(&[
                stamp(review.at),
                review.by.clone().unwrap_or_else(|| self.say("oplog-erased")),
                review.persons.to_string(),
                self.inside(&review.differences),
            ]);
        }
        self.put(&mut csv, reviews.len()).await
    }
}
