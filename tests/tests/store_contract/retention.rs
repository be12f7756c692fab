//! What is kept how long: to the day, also at the ends of months and in leap years; what is open or the newest stays; the log says what
//! went and is still proven.

use hashimori_server::domain::act::{Actor, Done, What};
use hashimori_server::domain::device::{DeviceN, Standing};
use hashimori_server::domain::disaster::Reach;
use hashimori_server::domain::ids::{PaperId, PersonId, RegionId};
use hashimori_server::domain::paper::{Act, Fit, Format, Kind, Moved, Period, State, Values, Wish, paper_day};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::exceptions;
use hashimori_server::retain;
use hashimori_server::rules::RuleBook;
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::paper::{self, Added, NewAttachment, NewPaper};
use hashimori_server::store::{log, person, region, retention};
use hashimori_shared::report::sample;
use hashimori_shared::time::Timestamp;
use hashimori_tests::bed::{Bed, On, whole};

on_both_engines!(
    a_report_goes_after_thirteen_months_to_the_day_and_the_newest_of_a_device_in_use_stays,
    what_a_missing_device_told_is_kept_until_it_was_found_and_from_then_on,
    changes_and_days_go_after_five_years_a_year_of_days_at_a_time,
    a_paper_goes_five_years_after_its_last_step_and_its_number_is_given_out_to_no_other,
    a_self_check_and_a_closed_disaster_exception_go_with_all_their_parts_and_an_open_one_stays,
    a_name_goes_five_years_after_the_last_role_unless_a_paper_is_open_and_the_log_is_still_proven,
    a_region_whose_pack_is_not_loaded_keeps_everything_and_the_log_as_well,
    a_run_that_was_cut_short_goes_on_and_the_log_tells_once_what_went,
    the_log_goes_in_batches_and_each_leaves_a_checkpoint,
);

/// The first instant of a day in Japan.
pub(super) fn day(typed: &str) -> Timestamp {
    paper_day(typed, None, Timestamp::from_seconds(i64::MAX)).expect("a day")
}

pub(super) async fn run(bed: &Bed) -> anyhow::Result<Option<u64>> {
    Ok(retain::run(&bed.store, &bed.random, &RuleBook::load(None, None)?, bed.now, || false).await?)
}

pub(super) async fn count(bed: &Bed, sql: &str) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(bed.store.read()).await?)
}

async fn reports(bed: &Bed, device: DeviceN) -> anyhow::Result<i64> {
    count(bed, &format!("SELECT count(*) FROM report WHERE n = {}", device.0)).await
}

/// What the operation log says went.
pub(super) async fn told(bed: &Bed) -> anyhow::Result<Vec<String>> {
    let sql = "SELECT detail FROM log_entry WHERE what = 'records_deleted' ORDER BY at, id";
    Ok(sqlx::query_scalar(sql).fetch_all(bed.store.read()).await?)
}

async fn a_report_goes_after_thirteen_months_to_the_day_and_the_newest_of_a_device_in_use_stays(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let (retired_id, retired) = bed.device(Standing::Active).await?;
    let (_, lives) = bed.device(Standing::Active).await?;
    // The last second of 31 January; thirteen months later is 29 February of a leap year.
    bed.now = day("2027-02-01").plus_seconds(-1);
    for device in [n, retired] {
        bed.send(device, (1, 1), &sample::good_debian(bed.now)).await?;
    }
    bed.now = day("2027-02-01");
    bed.send(n, (1, 2), &sample::bad_debian(bed.now)).await?;
    bed.send(lives, (1, 1), &sample::good_debian(bed.now)).await?;
    bed.stand(retired_id, Standing::Retired).await?;

    bed.now = day("2028-03-01").plus_seconds(-1);
    assert_eq!(run(&bed).await?, Some(0), "29 February is the last day");
    assert_eq!((reports(&bed, n).await?, reports(&bed, retired).await?), (2, 1));
    bed.now = day("2028-03-01");
    assert_eq!(run(&bed).await?, Some(2));
    assert_eq!((reports(&bed, n).await?, reports(&bed, retired).await?), (1, 0));
    assert_eq!(told(&bed).await?, ["reports=2"]);
    assert_eq!(run(&bed).await?, None, "once a day");
    bed.now = day("2030-01-01");
    assert_eq!(run(&bed).await?, Some(0), "the newest stays for as long as the device is in use");
    let present = hashimori_server::store::device_state::find(&bed.store, bed.facility, n).await?;
    assert!(present.is_some(), "and can be judged and shown");
    let (_, digest) = whole(&sample::bad_debian(day("2027-02-01")));
    assert!(bed.beat(n, (1, 3), digest).await.is_ok(), "the device goes on from it");
    Ok(())
}

async fn what_a_missing_device_told_is_kept_until_it_was_found_and_from_then_on(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (id, n) = bed.device(Standing::Active).await?;
    let (_, other) = bed.device(Standing::Active).await?;
    bed.now = day("2026-08-31");
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    bed.send(n, (1, 2), &sample::bad_debian(bed.now)).await?;
    bed.send(other, (1, 1), &sample::bad_debian(bed.now)).await?;
    bed.stand(id, Standing::Lost).await?;
    bed.now = day("2029-01-01");
    run(&bed).await?;
    assert_eq!(reports(&bed, n).await?, 2, "missing");
    bed.stand(id, Standing::Active).await?;
    bed.send(n, (1, 3), &sample::good_debian(bed.now)).await?;
    bed.now = day("2030-02-02").plus_seconds(-1);
    run(&bed).await?;
    assert_eq!(reports(&bed, n).await?, 3, "thirteen months from the day it was found");
    bed.now = day("2030-02-02");
    run(&bed).await?;
    assert_eq!(reports(&bed, n).await?, 1);
    assert_eq!(count(&bed, "SELECT count(*) FROM loss").await?, 1);
    bed.now = day("2034-01-02");
    run(&bed).await?;
    assert_eq!(count(&bed, "SELECT count(*) FROM loss").await?, 0, "five years from the day it was found");
    Ok(())
}

async fn changes_and_days_go_after_five_years_a_year_of_days_at_a_time(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let changes = async |bed: &Bed| count(bed, "SELECT count(*) FROM state_change").await;
    let days = async |bed: &Bed| count(bed, "SELECT count(*) FROM presence").await;
    // 29 February has no like in five years: the 28th is the last day.
    bed.now = day("2028-02-29");
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    bed.now = day("2028-03-01");
    bed.send(n, (1, 2), &sample::bad_debian(bed.now)).await?;
    bed.ingest.fold().await?;
    let all = changes(&bed).await?;
    assert!(all >= 2 && days(&bed).await? == 1);
    bed.now = day("2033-03-01").plus_seconds(-1);
    run(&bed).await?;
    assert_eq!(changes(&bed).await?, all);
    bed.now = day("2033-03-01");
    run(&bed).await?;
    assert!((1..all).contains(&changes(&bed).await?), "the first day's went");
    bed.now = day("2034-01-01").plus_seconds(-1);
    run(&bed).await?;
    assert_eq!(days(&bed).await?, 1, "the last day of 2028 is kept to the end of 2033");
    bed.now = day("2034-01-01");
    run(&bed).await?;
    assert_eq!(days(&bed).await?, 0);
    Ok(())
}

pub(super) async fn file(bed: &Bed, kind: Kind, applicant: Option<PersonId>) -> anyhow::Result<(PaperId, i64)> {
    let wish = Wish {
        applicant: "架空 花子".to_owned(),
        device: None,
        period: Period { from: bed.now, until: bed.now.plus_days(3) },
        values: Values::new(),
        on: None,
    };
    let (id, by) = (PaperId::new(bed.random.uuid(bed.now)), PersonId::new(bed.random.uuid(bed.now)));
    let (region, facility, by, at) = (bed.region, bed.facility, Actor::Person(by), bed.now);
    let new = NewPaper { id, region, facility, kind, wish: &wish, applicant, exception: None, own_hash: None, by, at };
    let mut tx = bed.store.begin_ledger().await?;
    let number = paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok((id, number))
}

async fn attach(bed: &Bed, paper: PaperId) -> anyhow::Result<()> {
    let fit = Fit { name: "見本.pdf".to_owned(), format: Format::Pdf };
    let (by, at) = (PersonId::new(bed.random.uuid(bed.now)), bed.now);
    let mut tx = bed.store.begin_ledger().await?;
    let new = NewAttachment { paper, fit: &fit, sha256: "見本", remark: "", body: b"%PDF-", by, at };
    assert_eq!(paper::insert_attachment(&mut tx, &new).await?, Added::As(1));
    Ok(tx.commit().await?)
}

async fn files(bed: &Bed) -> anyhow::Result<i64> {
    count(bed, "SELECT count(*) FROM paper_attachment").await
}

pub(super) async fn close(bed: &Bed, id: PaperId) -> anyhow::Result<()> {
    let paper = paper::find(&bed.store, bed.facility, id).await?.expect("a paper").paper;
    let moved = Moved {
        act: Act::Withdraw,
        to: State::Withdrawn,
        period: paper.period,
        device: None,
        asked_until: None,
        at: bed.now,
        on: None,
        why: String::new(),
        checker: String::new(),
        added: Values::new(),
        exception: None,
    };
    let mut tx = bed.store.begin_ledger().await?;
    assert!(paper::move_on(&mut tx, &paper, &moved, Actor::Person(PersonId::new(bed.random.uuid(bed.now)))).await?);
    Ok(tx.commit().await?)
}

async fn a_paper_goes_five_years_after_its_last_step_and_its_number_is_given_out_to_no_other(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let papers = async |bed: &Bed| count(bed, "SELECT count(*) FROM paper").await;
    let (open, _) = file(&bed, Kind::TakeOut, None).await?;
    let (closed, _) = file(&bed, Kind::TakeOut, None).await?;
    for paper in [open, closed] {
        attach(&bed, paper).await?;
    }
    bed.now = day("2026-12-31").plus_seconds(3600);
    close(&bed, closed).await?;
    bed.now = day("2032-01-01").plus_seconds(-1);
    run(&bed).await?;
    assert_eq!((papers(&bed).await?, files(&bed).await?), (2, 2));
    bed.now = day("2032-01-01");
    run(&bed).await?;
    assert_eq!((papers(&bed).await?, files(&bed).await?), (1, 1), "a file goes with its paper");
    assert_eq!(count(&bed, "SELECT count(*) FROM paper_step").await?, 1);
    assert_eq!(told(&bed).await?, ["papers=1"]);
    assert_eq!(file(&bed, Kind::TakeOut, None).await?.1, 3, "a number is not given out twice");
    assert_eq!(file(&bed, Kind::HandOver, None).await?.1, 1);
    bed.now = day("2060-01-01");
    run(&bed).await?;
    assert!(paper::find(&bed.store, bed.facility, open).await?.is_some(), "what is open stays, however old");
    Ok(())
}

async fn a_self_check_and_a_closed_disaster_exception_go_with_all_their_parts_and_an_open_one_stays(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    bed.now = day("2027-02-28");
    let act = exceptions::Act { random: &bed.random, doer: None, why: "浸水".to_owned(), event_at: bed.now, now: bed.now };
    let mut tx = bed.store.begin().await?;
    let mut made = Vec::new();
    for _ in 0..2 {
        let basis = ("規程第25条".to_owned(), false);
        made.push(exceptions::activate(&mut tx, &act, (bed.region, Reach::Region), basis, 7).await?.id.to_string());
    }
    for (sql, id) in [
        ("UPDATE disaster SET phase = 'closed', ended_at = ends_at, ending = 'lapsed' WHERE id = $1", &made[0]),
        ("INSERT INTO disaster_place (disaster_id, place) VALUES ($1, 'x')", &made[0]),
        (
            "INSERT INTO disaster_let_in (id, disaster_id, facility_id, whose, machine, name, from_where, contact, event_at, entered_at, \
             entered_by) SELECT $1, $1, id, 'own', 'phone', '架空 花子', '', '', 0, 0, 'operator' FROM facility",
            &made[0],
        ),
        (
            "INSERT INTO disaster_gone (disaster_id, n, facility_id, how, event_at, entered_at, entered_by) \
             SELECT $1, n, facility_id, 'missing', 0, 0, 'operator' FROM device",
            &made[0],
        ),
        (
            "INSERT INTO self_check (id, facility_id, person_id, grade, at, note, answers) \
             SELECT $1, id, 'p', 'administrator', 1803740400, '', '[]' FROM facility",
            &made[1],
        ),
        ("INSERT INTO self_check_device (n, self_check_id) SELECT n, $1 FROM device", &made[1]),
    ] {
        sqlx::query(sql).bind(id.clone()).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    assert_eq!(day("2027-02-28").seconds(), 1_803_740_400);
    let left = async |bed: &Bed| -> anyhow::Result<[i64; 7]> {
        let tables = ["disaster", "disaster_step", "disaster_place", "disaster_let_in", "disaster_gone", "self_check", "self_check_device"];
        let mut rows = [0; 7];
        for (n, table) in tables.into_iter().enumerate() {
            rows[n] = count(bed, &format!("SELECT count(*) FROM {table}")).await?;
        }
        Ok(rows)
    };
    bed.now = day("2032-02-29").plus_seconds(-1);
    run(&bed).await?;
    assert_eq!(left(&bed).await?, [2, 2, 1, 1, 1, 1, 1], "28 February is the last day, in a leap year too");
    bed.now = day("2032-02-29");
    run(&bed).await?;
    assert_eq!(left(&bed).await?, [1, 1, 0, 0, 0, 0, 0]);
    assert_eq!(told(&bed).await?, ["disasters=1 self_checks=1"]);
    assert_eq!(count(&bed, &format!("SELECT count(*) FROM device WHERE n = {}", n.0)).await?, 1, "the ledger stays");
    Ok(())
}

/// Somebody whose last role ends now.
async fn former(bed: &Bed, login: &str) -> anyhow::Result<Person> {
    let person = Person {
        id: PersonId::new(bed.random.uuid(bed.now)),
        role: Role::Deputy,
        scope: Scope::Facility(bed.region, bed.facility),
        login: Login::parse(login)?,
        name: "架空 花子".to_owned(),
    };
    let mut tx = bed.store.begin().await?;
    person::insert_closed(&mut tx, &person, bed.now).await?;
    log::write(&mut tx, &bed.random, &Done::by_person(&person, What::CodeIssued, bed.now).saying("架空 花子より")).await?;
    tx.commit().await?;
    Ok(person)
}

async fn a_name_goes_five_years_after_the_last_role_unless_a_paper_is_open_and_the_log_is_still_proven(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let key = log::ensure_key(&bed.store, &MasterKey::generate(&bed.random), &bed.random, bed.now).await?;
    bed.now = day("2027-08-31").plus_seconds(3600);
    let (hanako, taro, jiro) = (former(&bed, "hanako").await?, former(&bed, "taro").await?, former(&bed, "jiro").await?);
    let (done, _) = file(&bed, Kind::TakeOut, Some(hanako.id)).await?;
    attach(&bed, done).await?;
    close(&bed, done).await?;
    let (open, _) = file(&bed, Kind::TakeOut, Some(taro.id)).await?;
    attach(&bed, open).await?;
    let names = async |bed: &Bed| -> anyhow::Result<Vec<String>> {
        let all = retention::list_former(&bed.store, bed.region, None, 10).await?;
        Ok(all.into_iter().map(|former| former.person.login.to_string()).collect())
    };
    bed.now = day("2032-09-01").plus_seconds(-1);
    run(&bed).await?;
    assert_eq!(names(&bed).await?.len(), 3);
    // By an act, before the time.
    let mut tx = bed.store.begin_ledger().await?;
    let office = Person { id: PersonId::new(bed.random.uuid(bed.now)), role: Role::Secretariat, ..hanako.clone() };
    let by = Some((&office, "本人の求めによる"));
    let refused = retain::erase(&mut tx, &bed.random, (bed.region, taro.id), by, bed.now).await;
    assert!(matches!(refused, Err(retain::Refused::OpenPaper)), "{refused:?}");
    retain::erase(&mut tx, &bed.random, (bed.region, jiro.id), by, bed.now).await?;
    let again = retain::erase(&mut tx, &bed.random, (bed.region, jiro.id), by, bed.now).await;
    assert!(matches!(again, Err(retain::Refused::NotFormer)), "{again:?}");
    let elsewhere = RegionId::new(bed.random.uuid(bed.now));
    let foreign = retain::erase(&mut tx, &bed.random, (elsewhere, hanako.id), by, bed.now).await;
    assert!(matches!(foreign, Err(retain::Refused::NotFormer)), "another region's is nobody: {foreign:?}");
    tx.commit().await?;

    bed.now = day("2032-09-01");
    run(&bed).await?;
    assert_eq!(names(&bed).await?, ["taro"], "a paper of theirs is open");
    assert_eq!(files(&bed).await?, 1, "a name cannot be taken out of a picture: it goes");
    let left = "SELECT (SELECT count(*) FROM person WHERE name LIKE '%花子%' AND login <> 'taro') \
                + (SELECT count(*) FROM log_words w JOIN log_entry e ON e.id = w.entry_id WHERE w.actor LIKE '%花子%' AND e.what = 'code_issued') \
                + (SELECT count(*) FROM paper WHERE applicant LIKE '%花子%' AND open = 0)";
    assert_eq!(count(&bed, left).await?, 1, "of the one whose paper is open");
    while log::seal(&bed.store, &key, bed.now, None).await?.more {}
    let whole = log::verify(&bed.store, &key, None).await?.map_err(|b| anyhow::anyhow!("{b}"))?;
    assert_eq!(whole.erased, 2, "the chain is whole, and says how many entries lost their names");
    Ok(())
}

async fn a_region_whose_pack_is_not_loaded_keeps_everything_and_the_log_as_well(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let book = RuleBook::load(None, None)?;
    let (id, _) = file(&bed, Kind::TakeOut, None).await?;
    close(&bed, id).await?;
    bed.now = day("2050-01-01");
    assert!(retain::log_cutoff(&bed.store, &book, bed.now).await?.is_some());
    let mut tx = bed.store.begin().await?;
    sqlx::query("UPDATE region SET pack = 'not-here'").execute(&mut *tx).await?;
    tx.commit().await?;
    assert_eq!(run(&bed).await?, Some(0));
    assert_eq!(retain::log_cutoff(&bed.store, &book, bed.now).await?, None);
    // Another region that keeps for five years changes nothing about it.
    let other = region::Region {
        id: RegionId::new(bed.random.uuid(bed.now)),
        name: "仮想圏域".to_owned(),
        pack: "itsutsubashi-2019-02-08".to_owned(),
        created_at: bed.now,
    };
    let mut tx = bed.store.begin().await?;
    region::insert(&mut tx, &other).await?;
    tx.commit().await?;
    bed.now = bed.now.plus_days(1);
    assert_eq!(run(&bed).await?, Some(0));
    assert_eq!(retain::log_cutoff(&bed.store, &book, bed.now).await?, None);
    Ok(())
}

async fn a_run_that_was_cut_short_goes_on_and_the_log_tells_once_what_went(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    for seq in 1..=3 {
        let report = if seq % 2 == 0 { sample::good_debian(bed.now) } else { sample::bad_debian(bed.now) };
        bed.send(n, (1, seq), &report).await?;
    }
    let (id, _) = file(&bed, Kind::TakeOut, None).await?;
    close(&bed, id).await?;
    bed.now = day("2040-01-01");
    let book = RuleBook::load(None, None)?;
    assert_eq!(retain::run(&bed.store, &bed.random, &book, bed.now, || true).await?, None);
    assert_eq!((reports(&bed, n).await?, told(&bed).await?.len()), (1, 0), "cut short after the first batch");
    let all = run(&bed).await?;
    let told = told(&bed).await?;
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("papers=1") && told[0].contains("reports=2"), "{told:?} {all:?}");
    Ok(())
}

async fn the_log_goes_in_batches_and_each_leaves_a_checkpoint(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let key = log::ensure_key(&bed.store, &MasterKey::generate(&bed.random), &bed.random, bed.now).await?;
    let most = log::TRIMMED_AT_ONCE;
    let mut tx = bed.store.begin().await?;
    for _ in 0..most + 5 {
        log::write(&mut tx, &bed.random, &Done::by(Actor::Operator, What::CodeIssued, bed.now)).await?;
    }
    tx.commit().await?;
    let seal = async |bed: &Bed| -> anyhow::Result<()> {
        while log::seal(&bed.store, &key, bed.now, None).await?.more {}
        Ok(())
    };
    seal(&bed).await?;
    bed.now = day("2031-08-03");
    let before = async |bed: &Bed| retain::log_cutoff(&bed.store, &RuleBook::load(None, None).expect("bundled"), bed.now).await;
    let cutoff = before(&bed).await?.expect("a cutoff");
    assert_eq!(log::trim(&bed.store, &key, &bed.random, (cutoff, bed.now)).await?, 0, "the day of the same number is the last");
    bed.now = day("2031-08-04");
    let cutoff = before(&bed).await?.expect("a cutoff");
    log::write_alone(&bed.store, &bed.random, &Done::by(Actor::Operator, What::SignedIn, bed.now)).await?;
    seal(&bed).await?;
    assert_eq!(log::trim(&bed.store, &key, &bed.random, (cutoff, bed.now)).await?, most);
    assert!(log::verify(&bed.store, &key, None).await?.is_ok(), "between two batches");
    assert_eq!(log::trim(&bed.store, &key, &bed.random, (cutoff, bed.now)).await?, 6);
    assert_eq!(log::trim(&bed.store, &key, &bed.random, (cutoff, bed.now)).await?, 0);
    seal(&bed).await?;
    assert!(log::verify(&bed.store, &key, None).await?.is_ok());
    Ok(())
}
