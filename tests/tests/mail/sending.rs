//! What goes, what is tried again, what is given up and shown, and what never goes in the clear.

use hashimori_server::clock::Clock as _;
use hashimori_server::domain::mail::Failure;
use hashimori_server::domain::people::Role;
use hashimori_server::store::{mail, person};
use hashimori_tests::smtp::{Mode, Post};

use crate::ORIGIN;
use crate::office::Office;

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
