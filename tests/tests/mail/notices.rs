//! お知らせ by mail: one row however many it is for, letters that hold neither title nor text, and a reminder where nobody confirmed.

use hashimori_server::clock::Clock as _;
use hashimori_server::domain::ids::NoticeId;
use hashimori_server::domain::mail::Kind as Mail;
use hashimori_server::domain::notice::{Ending, Notice, Reach, Weight, Wish};
use hashimori_server::domain::people::Role;
use hashimori_server::store::belonging::Home;
use hashimori_server::store::notice;
use hashimori_tests::smtp::{Mode, Post};

use crate::office::Office;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

async fn office(post: &Post) -> anyhow::Result<Office> {
    let office = Office::new(post, &[("backup.daily", "false")]).await?;
    for (name, role) in [("daiko", Role::Deputy), ("jimu", Role::Secretariat), ("kansa", Role::Auditor), ("shocho", Role::Head)] {
        office.person(name, role).await?;
    }
    office.in_english().await?;
    Ok(office)
}

async fn send(office: &Office, weight: Weight) -> anyhow::Result<NoticeId> {
    let now = office.clock.now();
    let said =
        Wish {
            title: "大雨への備え".to_owned(), body: "見本の本文".to_owned(), weight, until: now.plus_days(30), remind_days: Some(3)
        };
    let new = Notice { id: NoticeId::new(office.random.uuid(now)), region: office.region, said, sent_at: now, corrects: None, ended: None };
    let by = office.random.uuid(now).to_string().parse()?;
    let mut tx = office.running.app.store.begin().await?;
    notice::insert(&mut tx, &new, &Reach::Region, by).await?;
    tx.commit().await?;
    Ok(new.id)
}

fn both(office: &Office, id: NoticeId, subject: &str) -> [(String, String, String); 2] {
    let path = format!("/facilities/{}/notices/{id}", office.facility);
    ["daiko", "shocho"].map(|to| (to.to_owned(), format!("[Hashimori] {subject}"), path.clone()))
}

#[tokio::test]
async fn a_notice_goes_to_those_in_charge_in_working_hours_and_an_urgent_one_at_once() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = office(&post).await?;
    office.clock.advance(11 * HOUR);
    let (usual, urgent) = (send(&office, Weight::Important).await?, send(&office, Weight::Emergency).await?);
    let at_night = office.goes(&post).await?;
    assert_eq!(at_night, both(&office, urgent, "Urgent: a notice from the secretariat"), "{}", post.said());
    office.clock.set(Mail::Notice.due(office.clock.now()));
    assert_eq!(office.goes(&post).await?, both(&office, usual, "A notice from the secretariat"), "{}", post.said());
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    for letter in post.arrived()? {
        assert!(!letter.text.contains("大雨") && !letter.text.contains("本文"), "{}", letter.text);
    }
    Ok(())
}

#[tokio::test]
async fn where_nobody_has_confirmed_a_notice_it_is_brought_up_once_more_and_a_withdrawn_one_goes_to_nobody() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = office(&post).await?;
    let (read, unread) = (send(&office, Weight::Normal).await?, send(&office, Weight::Normal).await?);
    assert_eq!(office.goes(&post).await?.len(), 4, "{}", post.said());
    let home = Home { region: office.region, facility: office.facility };
    let (somebody, now) = (office.person("tantou", Role::Deputy).await?, office.clock.now());
    let mut tx = office.running.app.store.begin().await?;
    assert!(notice::confirm(&mut tx, read, home, (somebody, now)).await?);
    sqlx::query("DELETE FROM mail_address WHERE address LIKE 'tantou%'").execute(&mut *tx).await?;
    tx.commit().await?;
    // At night, so that a reminder waits.
    office.clock.advance(3 * DAY + 11 * HOUR);
    let withdrawn = send(&office, Weight::Normal).await?;
    assert_eq!(office.goes(&post).await?, [], "at rest");
    let mut tx = office.running.app.store.begin().await?;
    assert!(notice::end(&mut tx, withdrawn, (Ending::Withdrawn, "誤り"), (somebody, office.clock.now())).await?);
    tx.commit().await?;
    office.clock.set(Mail::NoticeReminder.due(office.clock.now()));
    assert_eq!(office.goes(&post).await?, both(&office, unread, "A notice is not confirmed yet"), "{}", post.said());
    office.clock.advance(3 * DAY);
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    Ok(())
}
