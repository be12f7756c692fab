//! A collector within the test, whose clock is set, beside a mail server.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_server::clock::{Clock as _, SetClock};
use hashimori_server::config::{Fragments, Settings};
use hashimori_server::domain::ids::{FacilityId, PersonId, RegionId};
use hashimori_server::domain::mail::{Failure, Kind, Letter, Link, MailAddress, Recipients, Said};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::jobs;
use hashimori_server::random::Random;
use hashimori_server::serve::{self, World};
use hashimori_server::store::mail::{self, Pending};
use hashimori_server::store::{facility, person, region};
use hashimori_shared::time::Timestamp;
use hashimori_tests::collector::Collector;
use hashimori_tests::smtp::{PASSWORD, Post, USER};

use crate::ORIGIN;

/// A collector built in this process, whose clock is set; its jobs run when they are told to.
pub(crate) struct Office {
    pub(crate) running: serve::Collector,
    pub(crate) clock: SetClock,
    pub(crate) random: Arc<Random>,
    pub(crate) region: RegionId,
    pub(crate) facility: FacilityId,
    _made: Collector,
}

impl Office {
    pub(crate) async fn new(post: &Post, more: &[(&str, &str)]) -> anyhow::Result<Self> {
        let made = Collector::prepare(None)?;
        made.init()?;
        let password = made.folder().join("password");
        std::fs::write(&password, format!("{PASSWORD}\n"))?;
        std::fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let mut fragments = Fragments::default();
        let (data, at_port) = (made.data().display().to_string(), post.port().to_string());
        let (password, authority) = (password.display().to_string(), post.authority().display().to_string());
        let mut keys = vec![
            ("data", data.as_str()),
            ("web.public_url", ORIGIN),
            ("mail.host", "127.0.0.1"),
            ("mail.port", &at_port),
            ("mail.sender", "hashimori@hotaru.example"),
            ("mail.user", USER),
            ("mail.password_file", &password),
            ("mail.authorities", &authority),
        ];
        keys.extend(more);
        for (key, value) in keys {
            fragments.set("test", key, value)?;
        }
        // The store was made with the machine's clock: from there on it is set.
        let random = Arc::new(Random::seeded(11));
        let settings = Settings::validate(fragments.merge()?, None)?;
        let clock = SetClock::at(hashimori_server::clock::SystemClock.now());
        let world = World { clock: Arc::new(clock.clone()), random: Arc::clone(&random), accept_clock: true };
        let running = serve::start(settings, world).await?;
        let region = region::list(&running.app.store).await?.first().context("a region")?.id;
        let facility = facility::list(&running.app.store, region, None, 1).await?.first().context("a facility")?.id;
        let office = Self { running, clock, random, region, facility, _made: made };
        // A Monday morning.
        office.clock.set(office.next_monday());
        Ok(office)
    }

    /// The next Monday at 10:00 JST that nobody has off: holidays on a Monday are looked past.
    fn next_monday(&self) -> Timestamp {
        let today = self.clock.now().jst_day();
        let monday = (today + 1..today + 366).find(|day| (day + 3) % 7 == 0 && Kind::Vacancies.due(morning(*day)) == morning(*day));
        morning(monday.unwrap_or(today))
    }

    /// An account with a registered address.
    pub(crate) async fn person(&self, name: &str, role: Role) -> anyhow::Result<PersonId> {
        let id = PersonId::new(self.random.uuid(self.clock.now()));
        let scope = if role == Role::Secretariat { Scope::Region(self.region) } else { Scope::Facility(self.region, self.facility) };
        let person = Person { id, role, scope, login: Login::parse(&format!("{name}-x"))?, name: "見本 花子".to_owned() };
        let address = MailAddress::parse(&format!("{name}@hotaru.example"))?;
        let mut tx = self.running.app.store.begin_ledger().await?;
        person::insert(&mut tx, &person, self.clock.now()).await?;
        mail::put_pending(&mut tx, id, name, &Pending { address, ends_at: self.clock.now().plus_seconds(9) }).await?;
        ensure!(mail::confirm(&mut tx, id, name, self.clock.now()).await?, "the address is not registered");
        tx.commit().await?;
        Ok(id)
    }

    /// Queues a letter that may go at once.
    pub(crate) async fn queue(&self, to: PersonId) -> anyhow::Result<()> {
        let now = self.clock.now();
        let letter = Letter::new(Kind::ResetUsed, Recipients::Person(to), Link::Page("/account".to_owned())).about("at", Said::At(now));
        let mut tx = self.running.app.store.begin().await?;
        ensure!(mail::queue(&mut tx, (&self.random, now), &letter).await? == 1, "nothing was queued");
        Ok(tx.commit().await?)
    }

    pub(crate) async fn send(&self) -> anyhow::Result<()> {
        jobs::send_mail(self.running.app.clone()).await
    }

    /// Everything that the clock causes, and sends what may go; the letters that arrived meanwhile: (to, subject, path), by address.
    pub(crate) async fn goes(&self, post: &Post) -> anyhow::Result<Vec<(String, String, String)>> {
        let before = post.arrived()?.len();
        jobs::tell(self.running.app.clone()).await?;
        jobs::remind(self.running.app.clone()).await?;
        self.send().await?;
        let mut letters = Vec::new();
        for letter in post.arrived()?.into_iter().skip(before) {
            let header = |name: &str| letter.header(name).unwrap_or_default().to_owned();
            ensure!(!letter.text.contains("見本 花子"), "a letter names a person:\n{}", letter.text);
            letters.push((header("To").split('@').next().unwrap_or_default().to_owned(), header("Subject"), letter.path(ORIGIN)?));
        }
        letters.sort();
        Ok(letters)
    }

    /// The same once more, after a restart that forgot what was told: nobody may get a letter twice.
    pub(crate) async fn goes_again(&self, post: &Post) -> anyhow::Result<usize> {
        let mut tx = self.running.app.store.begin().await?;
        sqlx::query("DELETE FROM told").execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(self.goes(post).await?.len())
    }

    /// Lets everybody read in English: subjects then stand in the head as they are.
    pub(crate) async fn in_english(&self) -> anyhow::Result<()> {
        let mut tx = self.running.app.store.begin().await?;
        sqlx::query("UPDATE person SET language = 'en'").execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// (failed for good, tried again)
    pub(crate) async fn troubles(&self) -> anyhow::Result<(i64, i64)> {
        let troubles = mail::troubles(self.running.app.store.read(), self.region).await?;
        Ok((troubles.failed, troubles.retried))
    }

    pub(crate) async fn failure(&self) -> anyhow::Result<Option<Failure>> {
        Ok(mail::list_troubles(self.running.app.store.read(), self.region, 1).await?.first().map(|trouble| trouble.failure))
    }

    pub(crate) fn metric(&self, name: &str) -> Option<String> {
        let text = self.running.app.metrics.text();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).map(str::to_owned)
    }
}

fn morning(day: i64) -> Timestamp {
    Timestamp::from_seconds(day * 86_400 + 3_600)
}
