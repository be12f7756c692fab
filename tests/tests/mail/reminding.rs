//! Reminders that come from the clock: to the 事務局, and to those who keep a facility's list of staff.

use anyhow::Context as _;
use hashimori_server::clock::Clock as _;
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{DeviceId, OwnRulesId, PersonId, SelfCheckId};
use hashimori_server::domain::mail::Kind;
use hashimori_server::domain::own_rules::Draft;
use hashimori_server::domain::people::Role;
use hashimori_server::domain::self_check::{SelfCheck, questions};
use hashimori_server::domain::staff::Details;
use hashimori_server::jobs;
use hashimori_server::store::appointment;
use hashimori_server::store::belonging::Home;
use hashimori_server::store::own_rules::{self, NewOwnRules};
use hashimori_server::store::self_check::{self, NewSelfCheck};
use hashimori_server::store::staff::{self, Registrar};
use hashimori_shared::pack::Pack;
use hashimori_tests::bed;
use hashimori_tests::collector::FACILITY;
use hashimori_tests::smtp::{Mode, Post};

use crate::ORIGIN;
use crate::office::Office;

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

#[tokio::test]
async fn self_checks_come_up_by_a_facilitys_own_rules_where_it_has_stricter_ones() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = Office::new(&post, &[("backup.daily", "false")]).await?;
    office.person("daiko", Role::Deputy).await?;
    let (store, home) = (&office.running.app.store, (office.region, office.facility));
    let now = office.clock.now();
    bed::enrol(store, home, DeviceId::new(office.random.uuid(now)), Standing::Active, now).await?;
    let typed = [("grade", "administrator"), ("§20-6.no_copies", "yes")];
    let value = |field: &str| typed.iter().find(|(known, _)| *known == field).map(|(_, value)| *value);
    let check = SelfCheck::read(&questions(&Pack::bundled()), now, value).map_err(|wrong| anyhow::anyhow!("{wrong:?}"))?;
    let (id, by) = (SelfCheckId::new(office.random.uuid(now)), PersonId::new(office.random.uuid(now)));
    let mut tx = store.begin_ledger().await?;
    let new = NewSelfCheck { id, facility: office.facility, person: by, at: now, check: &check, devices: None };
    self_check::insert(&mut tx, &new).await?;
    tx.commit().await?;

    let on_a_later_day = async |days: i64| {
        office.clock.set(Kind::SelfCheckDue.due(office.clock.now().plus_days(days)));
        jobs::remind(office.running.app.clone()).await?;
        office.send().await?;
        anyhow::Ok(post.arrived()?.len())
    };
    assert_eq!(on_a_later_day(100).await?, 0, "by the region's rules it holds for a year");
    let typed = [("attestation.days", "60"), ("attestation.personal_days", "60")];
    let value = |key: &str| typed.iter().find(|(known, _)| *known == key).map_or("", |(_, value)| *value);
    let draft = Draft::read(&Pack::bundled(), "訪問が多い", value).map_err(|wrong| anyhow::anyhow!("{wrong:?}"))?;
    let (id, at) = (OwnRulesId::new(office.random.uuid(now)), office.clock.now());
    let mut tx = store.begin_ledger().await?;
    let new = NewOwnRules { id, region: office.region, facility: office.facility, by, at, pack: "a pack", draft: &draft };
    own_rules::insert(&mut tx, &new).await?;
    tx.commit().await?;
    assert_eq!(on_a_later_day(1).await?, 1, "{}", post.said());
    let letter = post.arrived()?.remove(0);
    let page = format!("/facilities/{}/self-check", office.facility);
    assert_eq!((letter.header("To"), letter.path(ORIGIN)?), (Some("daiko@hotaru.example"), page));
    assert!(letter.text.contains("機器が1台"), "{}", letter.text);
    Ok(())
}
