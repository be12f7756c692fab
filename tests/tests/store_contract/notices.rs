//! Notices: whom they reach, who read them, in numbers and by name; and that what was told is told once.

use hashimori_server::domain::area::Area;
use hashimori_server::domain::ids::{AreaId, FacilityId, NoticeId, PersonId};
use hashimori_server::domain::mail::MailAddress;
use hashimori_server::domain::notice::{Ending, Notice, Reach, Weight, Wish};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::store::belonging::Home;
use hashimori_server::store::mail::{self, Pending, Reached};
use hashimori_server::store::notice::{self, Counts, Of, Opened};
use hashimori_server::store::{area, membership, person, told};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    a_notice_is_one_row_and_reaches_whoever_lies_where_it_is_for_also_those_who_come_later,
    readers_are_told_by_facility_in_numbers_and_by_name,
    a_notice_that_ended_is_read_but_not_to_be_confirmed_and_its_letters_are_taken_back,
    whoever_looks_after_a_facility_that_is_reached_is_found_page_by_page,
    what_was_told_is_told_once,
);

pub(super) async fn send(bed: &Bed, reach: Reach, corrects: Option<NoticeId>) -> anyhow::Result<NoticeId> {
    let said = Wish {
        title: "見本".to_owned(),
        body: "一行目\n二行目".to_owned(),
        weight: Weight::Important,
        until: bed.now.plus_days(7),
        remind_days: Some(3),
    };
    let new = Notice { id: NoticeId::new(bed.random.uuid(bed.now)), region: bed.region, said, sent_at: bed.now, corrects, ended: None };
    let mut tx = bed.store.begin().await?;
    notice::insert(&mut tx, &new, &reach, PersonId::new(bed.random.uuid(bed.now))).await?;
    tx.commit().await?;
    Ok(new.id)
}

pub(super) async fn add(bed: &Bed, facility: FacilityId, login: &str, role: Role) -> anyhow::Result<PersonId> {
    let id = PersonId::new(bed.random.uuid(bed.now));
    let person = Person { id, role, scope: Scope::Facility(bed.region, facility), login: Login::parse(login)?, name: login.to_owned() };
    let address = MailAddress::parse(&format!("{login}@hotaru.example"))?;
    let mut tx = bed.store.begin_ledger().await?;
    person::insert(&mut tx, &person, bed.now).await?;
    mail::put_pending(&mut tx, id, login, &Pending { address, ends_at: bed.now.plus_seconds(1) }).await?;
    assert!(mail::confirm(&mut tx, id, login, bed.now).await?);
    tx.commit().await?;
    Ok(id)
}

async fn area_of(bed: &Bed, facility: FacilityId) -> anyhow::Result<Area> {
    let area = Area { id: AreaId::new(bed.random.uuid(bed.now)), region: bed.region, name: "見本".to_owned() };
    let mut tx = bed.store.begin().await?;
    assert!(area::insert(&mut tx, &area, bed.now).await?);
    area::add_facilities(&mut tx, &area, &[facility]).await?;
    tx.commit().await?;
    Ok(area)
}

pub(super) async fn counts(bed: &Bed, id: NoticeId) -> anyhow::Result<Counts> {
    let found = notice::find(bed.store.read(), bed.region, id).await?.expect("a notice");
    Ok(notice::count_all(&bed.store, bed.region, &[found]).await?[0])
}

const fn home(bed: &Bed, facility: FacilityId) -> Home {
    Home { region: bed.region, facility }
}

async fn unconfirmed(bed: &Bed, facility: FacilityId, person: PersonId) -> anyhow::Result<Vec<NoticeId>> {
    let found = notice::list_for(&bed.store, home(bed, facility), person, Of::Unconfirmed(bed.now), 10).await?;
    Ok(sorted(found.into_iter().map(|(found, _)| found.notice.id)))
}

/// Ids of one instant have no order among themselves.
fn sorted<T: Ord>(ids: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.into_iter().collect();
    ids.sort_unstable();
    ids
}

async fn a_notice_is_one_row_and_reaches_whoever_lies_where_it_is_for_also_those_who_come_later(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let area = area_of(&bed, other).await?;
    let (here, there) =
        (add(&bed, bed.facility, "hanako", Role::Administrator).await?, add(&bed, other, "taro", Role::Administrator).await?);
    let all = send(&bed, Reach::Region, None).await?;
    let own = send(&bed, Reach::Facilities(vec![bed.facility]), None).await?;
    let areas = send(&bed, Reach::Areas(vec![area.id]), None).await?;
    assert_eq!(unconfirmed(&bed, bed.facility, here).await?, sorted([own, all]));
    assert_eq!(unconfirmed(&bed, other, there).await?, sorted([areas, all]));
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM notice_reading").fetch_one(bed.store.read()).await?;
    assert_eq!(rows, 0, "sending writes nothing for those it is for");
    let late = bed.another_facility().await?;
    let somebody = add(&bed, late, "jiro", Role::Head).await?;
    let mut tx = bed.store.begin().await?;
    area::add_facilities(&mut tx, &area, &[late]).await?;
    tx.commit().await?;
    assert_eq!(unconfirmed(&bed, late, somebody).await?, sorted([areas, all]));
    assert!(notice::list_for(&bed.store, home(&bed, late), somebody, Of::One(own), 1).await?.is_empty(), "not for them");
    assert_eq!(notice::list_places(&bed.store, areas).await?, [(area.id.to_string(), "見本".to_owned())]);
    let found = notice::find(bed.store.read(), bed.region, own).await?.expect("a notice");
    assert_eq!((found.notice.said.body.as_str(), found.whole, found.sender), ("一行目\n二行目", false, None));
    Ok(())
}

async fn readers_are_told_by_facility_in_numbers_and_by_name(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (opens, none) = (bed.another_facility().await?, bed.another_facility().await?);
    let hanako = add(&bed, bed.facility, "hanako", Role::Administrator).await?;
    let daiko = add(&bed, bed.facility, "daiko", Role::Deputy).await?;
    let taro = add(&bed, opens, "taro", Role::Administrator).await?;
    add(&bed, none, "kansa", Role::Auditor).await?;
    let id = send(&bed, Reach::Region, None).await?;
    let by_name = send(&bed, Reach::Facilities(vec![bed.facility, opens, none]), None).await?;
    let mut tx = bed.store.begin().await?;
    for id in [id, by_name] {
        notice::open(&mut tx, id, home(&bed, bed.facility), (hanako, bed.now)).await?;
        assert!(notice::confirm(&mut tx, id, home(&bed, bed.facility), (daiko, bed.now.plus_seconds(1))).await?);
        assert!(!notice::confirm(&mut tx, id, home(&bed, bed.facility), (daiko, bed.now.plus_seconds(2))).await?, "the first time counts");
        notice::open(&mut tx, id, home(&bed, opens), (taro, bed.now)).await?;
    }
    tx.commit().await?;
    let three = Counts { all: 3, opened: 1, confirmed: 1 };
    assert_eq!((counts(&bed, id).await?, counts(&bed, by_name).await?, three.unread()), (three, three, 1));
    let mut seen = Vec::new();
    for is in [None, Some(Opened::Not), Some(Opened::Only), Some(Opened::Confirmed)] {
        let found = notice::list_facilities(&bed.store, (bed.region, id), is, (None, 10)).await?;
        seen.push(found.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
    }
    let everybody = sorted([bed.facility, opens, none]);
    assert_eq!(seen, [everybody.clone(), vec![none], vec![opens], vec![bed.facility]]);
    let readers = notice::list_readers(&bed.store, id, &everybody).await?;
    assert_eq!(readers.get(&none), None, "an auditor is no reader");
    let names: Vec<_> = readers[&bed.facility].iter().map(|reader| (reader.name.as_str(), reader.reading.confirmed)).collect();
    assert_eq!(names, [("hanako", None), ("daiko", Some(bed.now.plus_seconds(1)))]);
    assert_eq!(Opened::by(&readers[&bed.facility]), Opened::Confirmed);
    assert_eq!(unconfirmed(&bed, bed.facility, hanako).await?, sorted([id, by_name]), "each confirms for themself");
    assert_eq!(unconfirmed(&bed, bed.facility, daiko).await?, []);
    // A facility that left counts among those that read it, until what is held about its people is erased.
    let mut tx = bed.store.begin().await?;
    sqlx::query("UPDATE facility SET state = 'left' WHERE id = $1").bind(bed.facility.to_string()).execute(&mut *tx).await?;
    tx.commit().await?;
    assert_eq!((counts(&bed, id).await?, counts(&bed, by_name).await?), (three, three));
    let mut tx = bed.store.begin().await?;
    membership::erase_personal(&mut tx, bed.facility).await?;
    tx.commit().await?;
    let two = Counts { all: 2, opened: 1, confirmed: 0 };
    assert_eq!((counts(&bed, id).await?, counts(&bed, by_name).await?), (two, two));
    Ok(())
}

async fn a_notice_that_ended_is_read_but_not_to_be_confirmed_and_its_letters_are_taken_back(on: On) -> anyhow::Result<()> {
    use hashimori_server::domain::mail::{Kind, Letter, Link, Recipients, Said};
    let bed = Bed::on(on).await?;
    let hanako = add(&bed, bed.facility, "hanako", Role::Administrator).await?;
    let id = send(&bed, Reach::Region, None).await?;
    let letter = Letter::new(Kind::Notice, Recipients::Person(hanako), Link::Page("/".to_owned()));
    let letter = letter.about("day", Said::Day(bed.now)).once(id.to_string());
    let mut tx = bed.store.begin().await?;
    assert_eq!(mail::queue(&mut tx, (&bed.random, bed.now), &letter).await?, 1);
    assert!(notice::end(&mut tx, id, (Ending::Corrected, ""), (hanako, bed.now)).await?);
    assert!(!notice::end(&mut tx, id, (Ending::Withdrawn, "誤り"), (hanako, bed.now)).await?, "it has ended");
    tx.commit().await?;
    assert_eq!(mail::count_waiting(bed.store.read()).await?, (0, 0));
    let new = send(&bed, Reach::Region, Some(id)).await?;
    let found = notice::find(bed.store.read(), bed.region, id).await?.expect("a notice");
    assert_eq!((found.corrected_by, found.notice.is_valid(bed.now)), (Some(new), false));
    assert_eq!(unconfirmed(&bed, bed.facility, hanako).await?, [new]);
    let all = notice::list_for(&bed.store, home(&bed, bed.facility), hanako, Of::All(None), 10).await?;
    assert_eq!(all.len(), 2, "what ended is still to be read");
    let untold = notice::list_untold(&bed.store, (bed.now.plus_days(-1), bed.now), "sent", 10).await?;
    assert_eq!(untold.into_iter().map(|sent| sent.id).collect::<Vec<_>>(), [new]);
    assert_eq!(notice::list_to_remind(&bed.store, bed.now.plus_days(3).plus_seconds(-1), "reminded", 10).await?, []);
    assert_eq!(notice::list_to_remind(&bed.store, bed.now.plus_days(3), "reminded", 10).await?.len(), 1);
    assert_eq!(notice::list_to_remind(&bed.store, bed.now.plus_days(8), "reminded", 10).await?, [], "it is over");
    Ok(())
}

async fn whoever_looks_after_a_facility_that_is_reached_is_found_page_by_page(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let hanako = add(&bed, bed.facility, "hanako", Role::Administrator).await?;
    let daiko = add(&bed, bed.facility, "daiko", Role::Deputy).await?;
    let taro = add(&bed, other, "taro", Role::Head).await?;
    add(&bed, other, "kansa", Role::Auditor).await?;
    let reached = async |reached| -> anyhow::Result<Vec<PersonId>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = mail::list_reached(bed.store.read(), (bed.region, reached), bed.now, after, 1).await?;
            let Some((last, _)) = page.first() else { return Ok(all) };
            after = Some(*last);
            all.push(*last);
        }
    };
    assert_eq!(reached(Reached::All).await?, sorted([hanako, daiko, taro]));
    let id = send(&bed, Reach::Facilities(vec![bed.facility]), None).await?;
    assert_eq!(reached(Reached::Notice(id)).await?, sorted([hanako, daiko]));
    assert_eq!(reached(Reached::Unconfirmed(id)).await?, sorted([hanako, daiko]));
    let mut tx = bed.store.begin().await?;
    notice::confirm(&mut tx, id, home(&bed, bed.facility), (daiko, bed.now)).await?;
    tx.commit().await?;
    assert_eq!(reached(Reached::Unconfirmed(id)).await?, [], "one of a facility is enough");
    Ok(())
}

async fn what_was_told_is_told_once(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let mut tx = bed.store.begin().await?;
    assert!(told::put(&mut tx, "x", "soon 1", bed.now).await?);
    assert!(!told::put(&mut tx, "x", "soon 1", bed.now).await?);
    assert!(told::put(&mut tx, "x", "over 1", bed.now).await?);
    tx.commit().await?;
    assert!(told::exists(bed.store.read(), "x", "over 1").await? && !told::exists(bed.store.read(), "y", "over 1").await?);
    Ok(())
}
