//! 災害時特例 by mail: whoever it concerns is told at once, at any hour, of each step once; and silence afterwards is brought up.

use hashimori_server::clock::Clock as _;
use hashimori_server::domain::act::Actor;
use hashimori_server::domain::disaster::let_in::{LetIn, Machine, Said, Whose};
use hashimori_server::domain::disaster::{Place, Reach};
use hashimori_server::domain::ids::{ExceptionId, LetInId};
use hashimori_server::domain::people::Role;
use hashimori_server::exceptions::{self, Act, Deed};
use hashimori_server::store::disaster::let_in;
use hashimori_tests::smtp::{Mode, Post};

use crate::office::Office;

const HOUR: i64 = 3_600;

fn act(office: &Office) -> Act<'_> {
    let now = office.clock.now();
    Act { random: &office.random, doer: None, why: "浸水のため".to_owned(), event_at: now, now }
}

async fn activate(office: &Office, drill: bool) -> anyhow::Result<ExceptionId> {
    let mut tx = office.running.app.store.begin().await?;
    let made = exceptions::activate(&mut tx, &act(office), (office.region, Reach::Region), ("規程第25条".to_owned(), drill), 7).await?;
    tx.commit().await?;
    Ok(made.id)
}

async fn done(office: &Office, id: ExceptionId, deed: Deed) -> anyhow::Result<()> {
    let rules = office.running.app.rules.book().any_pack().parameters().disaster.clone();
    let mut tx = office.running.app.store.begin().await?;
    exceptions::act_on(&mut tx, &act(office), (office.region, id, None), deed, &rules).await?;
    Ok(tx.commit().await?)
}

/// Three people, at night before a Sunday.
async fn night(post: &Post) -> anyhow::Result<Office> {
    let office = Office::new(post, &[("backup.daily", "false")]).await?;
    for (name, role) in [("jimu", Role::Secretariat), ("shocho", Role::Head), ("daiko", Role::Deputy), ("kansa", Role::Auditor)] {
        office.person(name, role).await?;
    }
    office.in_english().await?;
    office.clock.advance(5 * 24 * HOUR + 16 * HOUR + HOUR / 2);
    Ok(office)
}

fn letters(subject: &str, facility: &str, region: &str) -> Vec<(String, String, String)> {
    [("daiko", facility), ("jimu", region), ("shocho", facility)]
        .map(|(to, path)| (to.to_owned(), format!("[Hashimori] {subject}"), path.to_owned()))
        .into()
}

#[tokio::test]
async fn a_disaster_exception_is_told_at_night_when_it_begins_changes_and_ends_each_once() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = night(&post).await?;
    activate(&office, true).await?;
    assert_eq!(office.goes(&post).await?, [], "a drill touches nothing real");
    let id = activate(&office, false).await?;
    let (facility, region) = (format!("/facilities/{}/disaster", office.facility), format!("/disaster/{id}"));
    assert_eq!(office.goes(&post).await?, letters("A disaster exception holds", &facility, &region), "{}", post.said());
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    office.clock.advance(HOUR);
    done(&office, id, Deed::Extend(7)).await?;
    assert_eq!(office.goes(&post).await?, letters("A disaster exception has another end", &facility, &region));
    office.clock.advance(HOUR);
    done(&office, id, Deed::Lift).await?;
    assert_eq!(office.goes(&post).await?, letters("A disaster exception is over", &format!("{facility}/let-in"), &region));
    assert_eq!((office.goes(&post).await?.len(), office.goes_again(&post).await?), (0, 0), "once");
    Ok(())
}

#[tokio::test]
async fn of_two_exceptions_over_a_facility_the_last_one_that_ends_tells_it_so() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = night(&post).await?;
    let wide = activate(&office, false).await?;
    let mut tx = office.running.app.store.begin().await?;
    let here = Reach::Facilities(vec![Place::covered(office.facility)]);
    let own = exceptions::activate(&mut tx, &act(&office), (office.region, here), ("規程第25条".to_owned(), false), 1).await?.id;
    tx.commit().await?;
    office.goes(&post).await?;
    let page = format!("/facilities/{}/disaster/let-in", office.facility);
    let over = |letters: Vec<(String, String, String)>| letters.into_iter().map(|(to, _, path)| (to, path)).collect::<Vec<_>>();
    let to = |name: &str, path: &str| (name.to_owned(), path.to_owned());
    office.clock.advance(HOUR);
    done(&office, own, Deed::Lift).await?;
    let first = over(office.goes(&post).await?);
    assert_eq!(first, [to("jimu", &format!("/disaster/{own}"))], "the other one still holds there");
    done(&office, wide, Deed::Lift).await?;
    let last = over(office.goes(&post).await?);
    assert_eq!(last, [to("daiko", &page), to("jimu", &format!("/disaster/{wide}")), to("shocho", &page)], "{}", post.said());
    Ok(())
}

#[tokio::test]
async fn what_nobody_cleared_in_time_is_brought_up_every_week_until_it_is() -> anyhow::Result<()> {
    let post = Post::start(Mode::Starttls)?;
    let office = night(&post).await?;
    let id = activate(&office, false).await?;
    let now = office.clock.now();
    let said = Said {
        whose: Whose::Own,
        machine: Machine::Phone,
        name: "見本 花子".to_owned(),
        from: String::new(),
        contact: String::new(),
        days: None,
    };
    let new = LetIn {
        id: LetInId::new(office.random.uuid(now)),
        exception: id,
        facility: office.facility,
        said,
        event_at: now,
        entered_at: now,
        by: Actor::Operator,
    };
    let mut tx = office.running.app.store.begin().await?;
    let_in::insert(&mut tx, &new).await?;
    tx.commit().await?;
    done(&office, id, Deed::Lift).await?;
    office.goes(&post).await?;
    office.clock.advance(13 * 24 * HOUR);
    assert_eq!(office.goes(&post).await?.len(), 0, "there is time");
    office.clock.advance(2 * 24 * HOUR);
    let list = format!("/facilities/{}/disaster/let-in", office.facility);
    let expected = letters("Devices of a disaster exception are not cleared", &list, "/disaster");
    assert_eq!(office.goes(&post).await?, expected, "{}", post.said());
    assert_eq!(office.goes(&post).await?.len(), 0, "once a week");
    office.clock.advance(7 * 24 * HOUR);
    assert_eq!(office.goes(&post).await?, expected, "and again");
    let mut tx = office.running.app.store.begin().await?;
    sqlx::query("UPDATE disaster_let_in SET cleared_at = 1").execute(&mut *tx).await?;
    tx.commit().await?;
    office.clock.advance(7 * 24 * HOUR);
    assert_eq!(office.goes(&post).await?.len(), 0);
    Ok(())
}
