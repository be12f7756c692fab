//! What an auditor's archive is made of: within the period, of the one facility, in pages, on either engine.

use hashimori_server::domain::act::{Actor, Done, What};
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::disaster::{Reach, let_in as domain};
use hashimori_server::domain::ids::{LetInId, PersonId, SelfCheckId};
use hashimori_server::domain::self_check::{SelfCheck, questions};
use hashimori_server::exceptions;
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::belonging::Home;
use hashimori_server::store::disaster::{self, let_in};
use hashimori_server::store::self_check::{self, NewSelfCheck};
use hashimori_server::store::{history, log};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::sample;
use hashimori_shared::time::Timestamp;
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    changes_self_checks_and_disasters_are_read_within_a_period_page_by_page,
    links_hang_on_the_entry_before_whosever_it_is_also_behind_a_checkpoint,
);

/// From a day before now to a day after.
fn around(bed: &Bed) -> (Timestamp, Timestamp) {
    (bed.now.plus_days(-1), bed.now.plus_days(1))
}

/// A day that is over.
fn before(bed: &Bed) -> (Timestamp, Timestamp) {
    (bed.now.plus_days(-3), bed.now.plus_days(-2))
}

pub(super) async fn answer(bed: &Bed) -> anyhow::Result<()> {
    let (pack, field) = (Pack::bundled(), |name: &str| if name == "grade" { Some("administrator") } else { None });
    let asked = questions(&pack);
    let first = asked.iter().find(|question| question.clause == "§19-5").expect("a question").field();
    let value = |name: &str| if name == first { Some("yes") } else { field(name) };
    let check = SelfCheck::read(&asked, bed.now, value).map_err(|wrong| anyhow::anyhow!("{wrong:?}"))?;
    let new = NewSelfCheck {
        id: SelfCheckId::new(bed.random.uuid(bed.now)),
        facility: bed.facility,
        person: PersonId::new(bed.random.uuid(bed.now)),
        at: bed.now,
        check: &check,
        devices: None,
    };
    let mut tx = bed.store.begin_ledger().await?;
    assert!(self_check::insert(&mut tx, &new).await? > 0);
    Ok(tx.commit().await?)
}

async fn changes_self_checks_and_disasters_are_read_within_a_period_page_by_page(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let other = bed.another_facility().await?;
    let (_, n) = bed.device(Standing::Active).await?;
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    bed.send(n, (1, 2), &sample::bad_debian(bed.now)).await?;
    let first = history::list_between(&bed.store, n, around(&bed), 0, 1).await?;
    let second = history::list_between(&bed.store, n, around(&bed), first[0].id, 9).await?;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert!(history::list_between(&bed.store, n, before(&bed), 0, 9).await?.is_empty());

    answer(&bed).await?;
    let given = self_check::list_between(&bed.store, bed.facility, around(&bed), "", 9).await?;
    assert_eq!((given.len(), given[0].answers.len(), given[0].line.devices, given[0].line.personal), (1, 1, 1, false));
    assert_eq!(given[0].answers[0].clause(), "§19-5");
    assert!(self_check::list_between(&bed.store, bed.facility, around(&bed), &given[0].id, 9).await?.is_empty(), "the next page");
    assert!(self_check::list_between(&bed.store, bed.facility, before(&bed), "", 9).await?.is_empty());
    assert!(self_check::list_between(&bed.store, other, around(&bed), "", 9).await?.is_empty());

    let act = exceptions::Act { random: &bed.random, doer: None, why: "浸水".to_owned(), event_at: bed.now, now: bed.now };
    let here = Reach::Facilities(vec![hashimori_server::domain::disaster::Place::covered(bed.facility)]);
    let mut tx = bed.store.begin().await?;
    let made = exceptions::activate(&mut tx, &act, (bed.region, here), ("規程第25条".to_owned(), false), 7).await?;
    let said = domain::Said {
        whose: domain::Whose::Own,
        machine: domain::Machine::Phone,
        name: "架空 花子".to_owned(),
        from: String::new(),
        contact: String::new(),
        days: None,
    };
    let new = domain::LetIn {
        id: LetInId::new(bed.random.uuid(bed.now)),
        exception: made.id,
        facility: bed.facility,
        said,
        event_at: bed.now,
        entered_at: bed.now,
        by: Actor::Operator,
    };
    let_in::insert(&mut tx, &new).await?;
    tx.commit().await?;
    let home = |facility| Home { region: bed.region, facility };
    let over = disaster::list_over(&bed.store, home(bed.facility), around(&bed), None, 9).await?;
    assert_eq!(over.iter().map(|exception| exception.id).collect::<Vec<_>>(), [made.id]);
    assert!(disaster::list_over(&bed.store, home(bed.facility), around(&bed), Some(made.id), 9).await?.is_empty(), "the next page");
    assert!(disaster::list_over(&bed.store, home(bed.facility), before(&bed), None, 9).await?.is_empty());
    assert!(disaster::list_over(&bed.store, home(other), around(&bed), None, 9).await?.is_empty());
    let used = let_in::list_between(&bed.store, bed.facility, around(&bed), None, 9).await?;
    assert_eq!(used.iter().map(|line| line.id).collect::<Vec<_>>(), [new.id]);
    assert!(let_in::list_between(&bed.store, other, around(&bed), None, 9).await?.is_empty());
    Ok(())
}

async fn links_hang_on_the_entry_before_whosever_it_is_also_behind_a_checkpoint(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let key = log::ensure_key(&bed.store, &MasterKey::generate(&bed.random), &bed.random, bed.now).await?;
    let other = bed.another_facility().await?;
    let (device, n) = bed.device(Standing::Active).await?;
    let mut tx = bed.store.begin().await?;
    sqlx::query("UPDATE device SET ownership = 'personal' WHERE n = $1").bind(n.0).execute(&mut *tx).await?;
    tx.commit().await?;
    for facility in [bed.facility, other, bed.facility, bed.facility] {
        bed.now = bed.now.plus_seconds(1);
        let done = Done::by(Actor::Operator, What::DeviceConfirmed, bed.now).at_facility(bed.region, facility);
        log::write_alone(&bed.store, &bed.random, &done.on_device(device, "花子の電話")).await?;
    }
    while log::seal(&bed.store, &key, bed.now, None).await?.more {}
    let read = async |bed: &Bed, hides: bool| -> anyhow::Result<Vec<serde_json::Value>> {
        let (links, last) = log::list_links(&bed.store, bed.facility, around(bed), ("", hides), 9).await?;
        assert_eq!(last.is_some(), !links.is_empty());
        Ok(links.iter().map(serde_json::to_value).collect::<Result<_, _>>()?)
    };
    let links = read(&bed, false).await?;
    let seqs: Vec<i64> = links.iter().filter_map(|link| link["seq"].as_i64()).collect();
    assert_eq!(seqs, [2, 4, 5], "the log's beginning is everybody's, and the third another's");
    let hash = async |seq: i64| {
        sqlx::query_scalar::<_, String>("SELECT hash FROM log_entry WHERE seq = $1").bind(seq).fetch_one(bed.store.read()).await
    };
    assert_eq!(links[1]["previous"], hash(3).await?.as_str());
    assert_eq!(links[2]["previous"], links[1]["hash"]);
    assert_eq!(links[0]["names"]["object"], "花子の電話");
    assert!(read(&bed, true).await?.iter().all(|link| link["names"].is_null()), "what people call their own stays at the facility");
    let (page, last) = log::list_links(&bed.store, bed.facility, around(&bed), ("", false), 2).await?;
    let last = last.expect("an id");
    let (next, _) = log::list_links(&bed.store, bed.facility, around(&bed), (last.as_str(), false), 2).await?;
    assert_eq!((page.len(), next.len()), (2, 1));

    let third = hash(3).await?;
    assert_eq!(log::trim(&bed.store, &key, &bed.random, (bed.now.plus_seconds(-1), bed.now)).await?, 3);
    let left = read(&bed, false).await?;
    assert_eq!((left.len(), &left[0]["previous"]), (2, &serde_json::Value::from(third)), "the checkpoint stands for what went");
    Ok(())
}
