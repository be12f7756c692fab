//! Mail, over a real SMTP conversation: what goes, what is tried again, what is given up and shown, and what never goes in the clear.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_server::clock::{Clock as _, SetClock};
use hashimori_server::config::{Fragments, Settings};
use hashimori_server::domain::ids::{FacilityId, PersonId, RegionId};
use hashimori_server::domain::mail::{Failure, Kind, Letter, Link, MailAddress, Recipients, Said};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::domain::staff::Details;
use hashimori_server::jobs;
use hashimori_server::random::Random;
use hashimori_server::serve::{self, World};
use hashimori_server::store::belonging::Home;
use hashimori_server::store::mail::{self, Pending};
use hashimori_server::store::staff::{self, Registrar};
use hashimori_server::store::{appointment, facility, person, region};
use hashimori_shared::time::Timestamp;
use hashimori_tests::collector::{Collector, FACILITY};
use hashimori_tests::smtp::{Mode, PASSWORD, Post, USER};
use hashimori_tests::visitor::{Visitor, text_of};
use totp_rs::{Builder, Secret};

const ORIGIN: &str = "https://hashimori.example";
const PAGE_PASSWORD: &str = "amber ferry crossing";

/// A collector built in this process, whose clock is set; its jobs run when they are told to.
struct Office {
    running: serve::Collector,
    clock: SetClock,
    random: Arc<Random>,
    region: RegionId,
    facility: FacilityId,
    _made: Collector,
}

impl Office {
    async fn new(post: &Post, more: &[(&str, &str)]) -> anyhow::Result<Self> {
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
    async fn person(&self, name: &str, role: Role) -> anyhow::Result<PersonId> {
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
    async fn queue(&self, to: PersonId) -> anyhow::Result<()> {
        let now = self.clock.now();
        let letter = Letter::new(Kind::ResetUsed, Recipients::Person(to), Link::Page("/account".to_owned())).about("at", Said::At(now));
        let mut tx = self.running.app.store.begin().await?;
        ensure!(mail::queue(&mut tx, (&self.random, now), &letter).await? == 1, "nothing was queued");
        Ok(tx.commit().await?)
    }

    async fn send(&self) -> anyhow::Result<()> {
        jobs::send_mail(self.running.app.clone()).await
    }

    /// (failed for good, tried again)
    async fn troubles(&self) -> anyhow::Result<(i64, i64)> {
        let troubles = mail::troubles(self.running.app.store.read(), self.region).await?;
        Ok((troubles.failed, troubles.retried))
    }

    async fn failure(&self) -> anyhow::Result<Option<Failure>> {
        Ok(mail::list_troubles(self.running.app.store.read(), self.region, 1).await?.first().map(|trouble| trouble.failure))
    }

    fn metric(&self, name: &str) -> Option<String> {
        let text = self.running.app.metrics.text();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).map(str::to_owned)
    }
}

fn morning(day: i64) -> Timestamp {
    Timestamp::from_seconds(day * 86_400 + 3_600)
}

#[tokio::test]
async fn a_letter_goes_over_starttls_with_the_users_password_once() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[]).await?;
    let hanako = office.person("hanako", Role::Deputy).await?;
    office.queue(hanako).await?;
    office.send().await?;
    office.send().await?;
    let letters = post.arrived()?;
    assert_eq!(letters.len(), 1, "{}", post.said());
    let letter = &letters[0];
    assert!(!post.said().contains("clear"), "{}", post.said());
    assert_eq!(letter.header("To"), Some("hanako@hotaru.example"));
    assert!(letter.header("From").is_some_and(|from| from.contains("<hashimori@hotaru.example>")), "{:?}", letter.head);
    assert_eq!(letter.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert_eq!(letter.header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(letter.path(ORIGIN)?, "/account");
    assert!(letter.text.contains("設定し直されました") && !letter.text.contains("見本 花子"), "{}", letter.text);
    assert_eq!(office.troubles().await?, (0, 0));
    assert_eq!(office.metric("hashimori_letters_sent_total").as_deref(), Some("1"));
    assert_eq!(office.metric("hashimori_letters_waiting").as_deref(), Some("0"));
    Ok(())
}

#[tokio::test]
async fn a_letter_goes_over_tls_from_the_first_byte_in_its_readers_language() -> anyhow::Result<()> {
    let post = Post::start(Mode::Implicit)?;
    let office = Office::new(&post, &[("mail.tls", "implicit")]).await?;
    let hanako = office.person("hanako", Role::Deputy).await?;
    let mut tx = office.running.app.store.begin().await?;
    person::update_language(&mut tx, hanako, Some(hashimori_shared::lang::Lang::English)).await?;
    tx.commit().await?;
    office.queue(hanako).await?;
    office.send().await?;
    let letters = post.arrived()?;
    assert_eq!(letters.len(), 1, "{}", post.said());
    assert_eq!(letters[0].header("Subject"), Some("[Hashimori] Your account was set up again"));
    assert_eq!(letters[0].header("Content-Language"), Some("en"));
    Ok(())
}

#[tokio::test]
async fn what_the_server_wants_later_comes_again_later_and_others_are_not_held_up() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[]).await?;
    for name in ["later", "hanako"] {
        let person = office.person(name, if name == "later" { Role::Deputy } else { Role::Head }).await?;
        office.queue(person).await?;
    }
    office.send().await?;
    assert_eq!((post.arrived()?.len(), office.troubles().await?), (1, (0, 1)), "{}", post.said());
    assert_eq!(office.failure().await?, Some(Failure::Later(451)));
    assert_eq!(office.metric("hashimori_letters_retried").as_deref(), Some("1"));
    office.clock.advance(59);
    office.send().await?;
    assert!(!post.said().contains("recipient later 2"), "before its time: {}", post.said());
    office.clock.advance(10);
    office.send().await?;
    assert!(post.said().contains("recipient later 2"), "{}", post.said());
    office.clock.advance(140);
    office.send().await?;
    let letters = post.arrived()?;
    assert_eq!((letters.len(), office.troubles().await?), (2, (0, 0)), "{}", post.said());
    assert_eq!(letters[1].header("To"), Some("later@hotaru.example"));
    Ok(())
}

#[tokio::test]
async fn what_the_server_refuses_is_given_up_and_shown_and_its_address_forgotten() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[]).await?;
    let refused = office.person("refused", Role::Deputy).await?;
    office.queue(refused).await?;
    office.send().await?;
    office.clock.advance(86_400);
    office.send().await?;
    assert_eq!(post.said().matches("recipient refused").count(), 1, "{}", post.said());
    assert_eq!((office.troubles().await?, office.failure().await?), ((1, 0), Some(Failure::Refused(550))));
    assert_eq!(office.metric("hashimori_letters_failed_total").as_deref(), Some("1"));
    let store = &office.running.app.store;
    let mut tx = store.begin().await?;
    assert_eq!(mail::note_failed(&mut tx, office.region, office.clock.now()).await?, 1);
    tx.commit().await?;
    assert_eq!(office.troubles().await?, (0, 0));
    Ok(())
}

#[tokio::test]
async fn what_is_asked_for_later_for_ever_is_given_up_when_its_time_is_over() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[]).await?;
    let never = office.person("never", Role::Deputy).await?;
    office.queue(never).await?;
    for _ in 0..100 {
        office.send().await?;
        if office.troubles().await? == (1, 0) {
            break;
        }
        office.clock.advance(3_960);
    }
    assert_eq!(office.troubles().await?, (1, 0));
    let tries = post.said().matches("recipient never").count();
    assert!((50..=85).contains(&tries), "in 72 hours, at most one an hour: {tries}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_down_loses_nothing() -> anyhow::Result<()> {
    let mut post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[]).await?;
    let (hanako, taro) = (office.person("hanako", Role::Deputy).await?, office.person("taro", Role::Head).await?);
    post.close();
    office.queue(hanako).await?;
    office.queue(taro).await?;
    office.send().await?;
    assert_eq!((office.troubles().await?, office.failure().await?), ((0, 1), Some(Failure::Unreachable)), "one try found out for both");
    post.open()?;
    office.clock.advance(120);
    office.send().await?;
    assert_eq!((post.arrived()?.len(), office.troubles().await?), (2, (0, 0)), "{}", post.said());
    Ok(())
}

#[tokio::test]
async fn nothing_goes_to_a_server_that_does_not_encrypt_or_shows_a_strangers_certificate() -> anyhow::Result<()> {
    let (plain, strange) = (Post::start(Mode::Plain)?, Post::start(Mode::Starttls)?);
    let another = Post::start(Mode::Starttls)?;
    let authority = another.authority().display().to_string();
    for (post, more) in [(&plain, None), (&strange, Some(("mail.authorities", authority.as_str())))] {
        let office = Office::new(post, more.as_slice()).await?;
        let hanako = office.person("hanako", Role::Deputy).await?;
        office.queue(hanako).await?;
        office.send().await?;
        assert_eq!(post.arrived()?.len(), 0);
        assert!(!post.said().contains("recipient"), "{}", post.said());
        assert_eq!((office.troubles().await?, office.failure().await?), ((0, 1), Some(Failure::Unreachable)));
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_somebody_elses_trouble_and_not_the_letters() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[("mail.user", "nobody")]).await?;
    let hanako = office.person("hanako", Role::Deputy).await?;
    office.queue(hanako).await?;
    office.send().await?;
    assert_eq!((office.troubles().await?, office.failure().await?), ((0, 1), Some(Failure::Denied(535))));
    assert_eq!(post.arrived()?.len(), 0);
    Ok(())
}

#[tokio::test]
async fn vacancies_are_brought_up_once_in_working_hours_to_the_secretariat_alone() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[]).await?;
    office.person("jimu", Role::Secretariat).await?;
    office.person("shocho", Role::Head).await?;
    let store = &office.running.app.store;
    let held = appointment::list(store.read(), office.facility, office.clock.now()).await?;
    let held = held.into_iter().find(|held| held.person.role == Role::Administrator).context("the administrator of init")?;
    let mut tx = store.begin_ledger().await?;
    let by = hashimori_server::domain::people::event::By::Operator;
    appointment::end(&mut tx, &held, by, "x", office.clock.now()).await?;
    appointment::close_account(&mut tx, held.person.id, office.clock.now()).await?;
    tx.commit().await?;
    jobs::remind(office.running.app.clone()).await?;
    office.send().await?;
    assert_eq!(post.arrived()?.len(), 0, "a vacancy of today is no alarm");

    // The evening of the Monday after: the letter waits for the morning.
    office.clock.advance(8 * 86_400 + 10 * 3_600);
    for _ in 0..2 {
        jobs::remind(office.running.app.clone()).await?;
        office.send().await?;
    }
    assert_eq!(post.arrived()?.len(), 0, "at night");
    office.clock.set(Kind::Vacancies.due(office.clock.now()));
    office.send().await?;
    let letters = post.arrived()?;
    assert_eq!(letters.len(), 1, "{}", post.said());
    assert_eq!((letters[0].header("To"), letters[0].path(ORIGIN)?.as_str()), (Some("jimu@hotaru.example"), "/vacancies"));
    assert!(letters[0].text.contains("7日を超えた事業所が、1か所"), "{}", letters[0].text);
    assert!(!letters[0].text.contains(FACILITY), "{}", letters[0].text);
    office.clock.advance(7 * 86_400);
    jobs::remind(office.running.app.clone()).await?;
    office.clock.set(Kind::Vacancies.due(office.clock.now()));
    office.send().await?;
    assert_eq!(post.arrived()?.len(), 2, "and again after a week");
    Ok(())
}

#[tokio::test]
async fn the_head_of_the_day_is_mailed_where_that_was_asked_for_and_proves_the_log_later() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[("mail.daily_head", "true"), ("backup.daily", "false")]).await?;
    office.person("jimu", Role::Secretariat).await?;
    let app = &office.running.app;
    let today = app.clock.now().jst_day();
    hashimori_server::store::log::seal(&app.store, &app.log_key, app.clock.now(), None).await?;
    hashimori_server::store::log::seal(&app.store, &app.log_key, app.clock.now(), Some(today)).await?;
    for _ in 0..2 {
        jobs::remind(app.clone()).await?;
        office.send().await?;
    }
    let letters = post.arrived()?;
    assert_eq!(letters.len(), 1, "{}", post.said());
    let head = letters[0].text.split_whitespace().find_map(|word| word.rsplit('。').next()?.parse().ok()).context("a head")?;
    let whole = hashimori_server::store::log::verify(&app.store, &app.log_key, Some(head)).await?;
    assert!(whole.is_ok(), "{whole:?}");
    Ok(())
}

/// Through the real program: an address is registered, the link for somebody locked out goes there and to no screen.
#[test]
fn a_lost_way_in_comes_back_by_mail_to_the_registered_address() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let mut collector = Collector::prepare(None)?;
    for (name, value) in [
        ("WEB__PUBLIC_URL", ORIGIN.replace("https", "http")),
        ("MAIL__HOST", "127.0.0.1".to_owned()),
        ("MAIL__PORT", post.port().to_string()),
        ("MAIL__SENDER", "hashimori@hotaru.example".to_owned()),
        ("MAIL__USER", USER.to_owned()),
        ("MAIL__AUTHORITIES", post.authority().display().to_string()),
    ] {
        collector.set(&format!("HASHIMORI__{name}"), &value);
    }
    let origin = ORIGIN.replace("https", "http");
    collector.init()?;
    collector.command_reading(&["mail", "set-password"], &format!("{PASSWORD}\n"))?.expect(0)?;
    let said = collector.command(&["mail", "test", "--to", "uketsuke@hotaru.example"])?.expect(0)?.out;
    ensure!(said.contains("took it"), "{said}");
    ensure!(post.letter(1)?.text.contains(&origin), "the test letter names no address");
    collector.run()?;
    let link = |arguments: &[&str]| -> anyhow::Result<String> {
        let said = collector.command(arguments)?.expect(0)?.out;
        Ok(format!("/start/{}", said.trim().split_once("/start/").context("no link")?.1))
    };
    let hanako = link(&["account", "reset", "--login", "hanako"])?;
    let jimu = link(&["account", "invite", "--login", "hotaru-jimu", "--name", "見本 事務"])?;
    let mut owner = Visitor::at(collector.web_address());
    set_up(&mut owner, &hanako)?;
    let page = owner.open("/account/mail")?;
    owner.send(&page, "/account/mail", &[("address", "hanako@hotaru.example")])?;
    let letter = post.letter(2)?;
    ensure!(letter.header("To") == Some("hanako@hotaru.example"), "{:?}", letter.head);
    let confirm = letter.path(&origin)?;
    ensure!(Visitor::at(collector.web_address()).open(&confirm)?.contains("name=\"password\""), "a stranger is asked to sign in");
    let page = owner.open(&confirm)?;
    ensure!(owner.send(&page, &confirm, &[])?.contains("hanako@hotaru.example"), "it is not registered");

    let mut secretariat = Visitor::at(collector.web_address());
    set_up(&mut secretariat, &jimu)?;
    let page = secretariat.open("/accounts")?;
    let reset = page.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|action| action.ends_with("/reset"));
    let reset = reset.context("nobody to reset")?.to_owned();
    let page = secretariat.send(&page, &reset, &[])?;
    ensure!(!page.contains("/start/"), "the link is on the screen:\n{page}");
    let letter = post.letter(3)?;
    ensure!(letter.header("To") == Some("hanako@hotaru.example"), "{:?}", letter.head);
    let mut again = Visitor::at(collector.web_address());
    set_up(&mut again, &letter.path(&origin)?)?;
    ensure!(post.letter(4)?.text.contains("設定し直されました"), "the owner is told");
    ensure!(collector.stop()?.success(), "it did not end well");
    Ok(())
}

/// Sets an account up through its link.
fn set_up(person: &mut Visitor, link: &str) -> anyhow::Result<()> {
    let page = person.open(link)?;
    person.send(&page, link, &[])?;
    let page = person.open("/setup/password")?;
    let page = person.send(&page, "/setup/password", &[("password", PAGE_PASSWORD), ("again", PAGE_PASSWORD)])?;
    let seed = text_of(&page, "code-text")?.replace(' ', "");
    let app = Builder::new().with_secret(Secret::try_from_base32(&seed).map_err(|e| anyhow::anyhow!("{e:?}"))?).build_noncompliant();
    let page = person.send(&page, "/setup/app", &[("code", &app.generate_current().to_string())])?;
    ensure!(page.contains("<li><code>"), "no recovery codes in\n{page}");
    Ok(())
}

#[tokio::test]
async fn what_is_due_of_a_list_of_staff_is_brought_up_once_a_week_to_those_who_keep_it() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[]).await?;
    office.person("shocho", Role::Head).await?;
    office.person("jimu", Role::Secretariat).await?;
    let store = &office.running.app.store;
    jobs::remind(office.running.app.clone()).await?;
    let due = |office: &Office| Kind::StaffDue.due(office.clock.now());
    office.clock.set(due(&office));
    office.send().await?;
    assert_eq!(post.arrived()?.len(), 0, "nobody is on the list");
    let now = office.clock.now();
    let details =
        Details { name: "見本 花子".to_owned(), job: "看護師".to_owned(), joined: now.plus_days(-1), mcs_id: String::new() };
    let registrar = Registrar { random: &office.random, by: PersonId::new(office.random.uuid(now)), at: now };
    let mut tx = store.begin_ledger().await?;
    staff::insert(&mut tx, Home { region: office.region, facility: office.facility }, &[details], registrar).await?;
    tx.commit().await?;
    for _ in 0..2 {
        jobs::remind(office.running.app.clone()).await?;
        office.clock.set(due(&office));
        office.send().await?;
    }
    let letters = post.arrived()?;
    assert_eq!(letters.len(), 1, "{}", post.said());
    let list = format!("/facilities/{}/staff", office.facility);
    assert_eq!((letters[0].header("To"), letters[0].path(ORIGIN)?), (Some("shocho@hotaru.example"), list));
    assert!(letters[0].text.contains("期限の来たものが3件") && !letters[0].text.contains("花子"), "{}", letters[0].text);
    Ok(())
}
