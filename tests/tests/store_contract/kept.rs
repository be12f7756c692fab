//! Each kind of record with everything that hangs on it: kept on its last day, gone on the next, nothing left behind, what is counted
//! from the rest still right, and the operation log still proven.

use hashimori_server::domain::act::{Actor, Done, What};
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::disaster::Reach;
use hashimori_server::domain::disaster::let_in::{Cleared, LetIn, Said, Typed};
use hashimori_server::domain::ids::{ExceptionId, LetInId, PaperId, PersonId};
use hashimori_server::domain::log::LogKey;
use hashimori_server::domain::mail::{self as letters, Letter, Link, MailAddress, Recipients};
use hashimori_server::domain::notice::{Ending, Reach as NoticeReach};
use hashimori_server::domain::own_rules::Step;
use hashimori_server::domain::paper::{Kind, Period, Values, Wish};
use hashimori_server::domain::people::Role;
use hashimori_server::domain::people::event::{By, Kind as Happened};
use hashimori_server::domain::staff::{Act, Edition, Entry, Training};
use hashimori_server::exceptions::Deed;
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::belonging::Home;
use hashimori_server::store::disaster::let_in::{self, Clearing};
use hashimori_server::store::paper::{self, NewContact, NewPaper};
use hashimori_server::store::staff::{self, pledge, review, sum, training};
use hashimori_server::store::{account_event, log, mail, notice, own_rules, personal_policy, told};
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::PersonalMode;
use hashimori_tests::bed::{Bed, On};

use super::disaster::{activate, decide};
use super::retention::{close, count, day, file, run, told as said};
use super::staff::{by, details, register, rules, step};
use super::{notices, own_rules as filings};

on_both_engines!(
    a_paper_goes_with_the_applicants_address_its_letters_and_its_reminders,
    what_went_ahead_under_an_exception_goes_with_its_file_and_is_counted_until_then,
    those_who_left_go_from_the_list_and_nobody_gets_their_number,
    a_training_stays_while_it_is_somebodys_newest_and_its_number_is_given_to_no_other,
    replaced_pledges_go_once_nobody_has_signed_them_and_the_newest_review_and_decision_stay,
    a_notice_goes_with_its_readings_and_the_one_that_corrected_it_stays_whole,
    filings_that_ended_go_and_the_one_in_force_stays,
    alerts_that_were_looked_at_and_events_of_accounts_go,
);

/// What the store is asked after each run: nothing points to what is gone, and the log is proven to its end.
struct Sound {
    on: On,
    key: LogKey,
}

impl Sound {
    async fn new(bed: &Bed, on: On) -> anyhow::Result<Self> {
        let key = log::ensure_key(&bed.store, &MasterKey::generate(&bed.random), &bed.random, bed.now).await?;
        log::write_alone(&bed.store, &bed.random, &Done::by(Actor::Operator, What::PaperFiled, bed.now)).await?;
        Ok(Self { on, key })
    }

    async fn run(&self, bed: &Bed) -> anyhow::Result<()> {
        anyhow::ensure!(run(bed).await?.is_some(), "the run was cut short, or this day is done");
        if self.on == On::Sqlite {
            let dangling = sqlx::query("PRAGMA foreign_key_check").fetch_all(bed.store.read()).await?;
            assert!(dangling.is_empty(), "{} rows point to nothing", dangling.len());
        }
        while log::seal(&bed.store, &self.key, bed.now, None).await?.more {}
        let whole = log::verify(&bed.store, &self.key, None).await?.map_err(|broken| anyhow::anyhow!("{broken}"))?;
        assert_eq!(whole.waiting, 0);
        Ok(())
    }
}

async fn rows(bed: &Bed, tables: &[&str]) -> anyhow::Result<Vec<i64>> {
    let mut found = Vec::new();
    for table in tables {
        found.push(count(bed, &format!("SELECT count(*) FROM {table}")).await?);
    }
    Ok(found)
}

async fn a_paper_goes_with_the_applicants_address_its_letters_and_its_reminders(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    bed.now = day("2027-02-28");
    let mut papers = Vec::new();
    for hash in ["a", "b"] {
        let (id, _) = file(&bed, Kind::PersonalDevice, None).await?;
        let address = MailAddress::parse(&format!("{hash}@hotaru.example"))?;
        let ends_at = bed.now.plus_days(1);
        let mut tx = bed.store.begin().await?;
        paper::insert_contact(&mut tx, &NewContact { paper: id, address: &address, lang: Lang::Japanese, hash, sealed: hash, ends_at })
            .await?;
        assert!(paper::confirm_contact(&mut tx, id, bed.now).await?);
        let letter = Letter::new(letters::Kind::ALL[0], Recipients::Applicant(id), Link::Secret(hash.to_owned()));
        assert_eq!(mail::queue(&mut tx, (&bed.random, bed.now), &letter).await?, 1);
        assert!(told::put(&mut tx, &id.to_string(), "soon 0", bed.now).await?);
        tx.commit().await?;
        papers.push(id);
    }
    close(&bed, papers[0]).await?;
    let tables = ["paper", "paper_step", "paper_contact", "letter", "told"];
    bed.now = day("2032-02-29").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [2, 3, 2, 2, 2]);
    bed.now = day("2032-02-29");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [1, 1, 1, 1, 1], "all of the closed one, nothing of the open one");
    assert!(paper::find_contact(bed.store.read(), papers[1]).await?.is_some());
    assert_eq!(said(&bed).await?, ["papers=1"]);
    Ok(())
}

async fn file_under(bed: &Bed, exception: ExceptionId) -> anyhow::Result<PaperId> {
    let (period, id) = (Period { from: bed.now, until: bed.now.plus_days(3) }, PaperId::new(bed.random.uuid(bed.now)));
    let wish = Wish { applicant: "架空 花子".to_owned(), device: None, period, values: Values::new(), on: None };
    let (region, facility, by, at) = (bed.region, bed.facility, Actor::Operator, bed.now);
    let (kind, exception) = (Kind::PersonalDevice, Some(exception));
    let new = NewPaper { id, region, facility, kind, wish: &wish, applicant: None, exception, own_hash: None, by, at };
    let mut tx = bed.store.begin_ledger().await?;
    paper::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn what_went_ahead_under_an_exception_goes_with_its_file_and_is_counted_until_then(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    bed.now = day("2027-02-21");
    let exception = activate(&bed, Reach::Region, false).await?;
    let exempt = file_under(&bed, exception.id).await?;
    let (turned, _) = file(&bed, Kind::PersonalDevice, None).await?;
    let (facility, at) = (bed.facility, bed.now);
    let mut tx = bed.store.begin_ledger().await?;
    for (name, paper) in [("見本 守", Some(turned)), ("見本 巡", None)] {
        let id = LetInId::new(bed.random.uuid(bed.now));
        let said = Said::parse(Typed { name, ..Typed::default() }, 7).expect("taken");
        let entry = LetIn { id, exception: exception.id, facility, said, event_at: at, entered_at: at, by: Actor::Operator };
        let_in::insert(&mut tx, &entry).await?;
        if let Some(paper) = paper {
            assert!(let_in::link_paper(&mut tx, facility, id, paper).await?);
        }
        let clearing = Clearing { how: Cleared::Unreachable, done: &[], why: "見本", by: "operator".to_owned(), at };
        assert!(let_in::clear(&mut tx, facility, id, &clearing).await?);
    }
    // More than go in one transaction.
    sqlx::query(
        "WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 2500) \
         INSERT INTO disaster_gone (disaster_id, n, facility_id, how, event_at, entered_at, entered_by) \
         SELECT $1, n, $2, 'missing', 0, 0, 'operator' FROM k",
    )
    .bind(exception.id.to_string())
    .bind(facility.to_string())
    .execute(&mut *tx)
    .await?;
    assert!(told::put(&mut tx, &exception.id.to_string(), "step 1", at).await?);
    tx.commit().await?;
    for id in [exempt, turned] {
        close(&bed, id).await?;
    }
    for (date, deed) in [("2027-02-22", Deed::Lift), ("2027-02-23", Deed::Report), ("2027-02-28", Deed::Close)] {
        bed.now = day(date);
        decide(&bed, &exception, deed).await??;
    }
    let tables = ["disaster", "disaster_step", "disaster_let_in", "disaster_gone", "paper", "paper_step", "told"];
    let all = rows(&bed, &tables).await?;
    let figures = let_in::figures_of(bed.store.read(), exception.id).await?;
    assert_eq!((figures.papers, figures.open), (1, 0));
    bed.now = day("2032-02-29").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, all, "the papers are older, and its file counts them");
    assert_eq!(let_in::figures_of(bed.store.read(), exception.id).await?, figures);
    let lines = let_in::list(&bed.store, facility, 9, 0).await?;
    assert!(lines.iter().any(|line| line.paper.is_some_and(|(id, _)| id == turned)), "and it names the application");
    bed.now = day("2032-02-29");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [0; 7]);
    assert!(let_in::list(&bed.store, facility, 9, 0).await?.is_empty());
    assert_eq!(paper::count_exempt(&bed.store, facility).await?, 0);
    assert_eq!(let_in::count_overdue(&bed.store, bed.region, (bed.now, bed.now)).await?.0, 0);
    assert_eq!(said(&bed).await?, ["disasters=1 papers=2"]);
    Ok(())
}

fn held(on: &str) -> Training {
    Training { on: day(on), topic: "守秘".to_owned(), teacher: String::new(), material: String::new(), understood: String::new() }
}

/// Notes a training that everybody on the list took part in; its number.
async fn train(bed: &Bed, on: &str) -> anyhow::Result<i64> {
    let members = staff::list(bed.store.read(), bed.facility).await?;
    let ids: Vec<_> = members.iter().map(|member| member.id).collect();
    let mut tx = bed.store.begin_ledger().await?;
    let number = training::insert(&mut tx, bed.facility, (&held(on), &ids), (by(bed), bed.now)).await?;
    tx.commit().await?;
    for member in members {
        let entry = Entry { trained: Some(day(on)), ..Entry::default() };
        assert!(step(bed, &member, (Act::Train, entry), &rules(Edition::FIRST)).await?.is_some());
    }
    Ok(number)
}

async fn leave(bed: &Bed, number: i64, on: &str) -> anyhow::Result<()> {
    let rules = rules(Edition::FIRST);
    let seen = staff::find(bed.store.read(), bed.facility, number).await?.expect("somebody");
    let left = Entry { day: on.to_owned(), why: "退職".to_owned(), ..Entry::default() };
    let leaving = step(bed, &seen, (Act::Leave, left), &rules).await?.expect("taken");
    let items = ["membership", "devices", "accounts"].map(str::to_owned).to_vec();
    assert!(step(bed, &leaving, (Act::Clear, Entry { items, ..Entry::default() }), &rules).await?.is_some());
    Ok(())
}

async fn those_who_left_go_from_the_list_and_nobody_gets_their_number(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    bed.now = day("2027-02-28");
    register(&bed, bed.facility, &[details("見本 一郎", bed.now.plus_days(-90)), details("見本 二郎", bed.now.plus_days(-90))]).await?;
    assert_eq!(train(&bed, "2027-02-27").await?, 1);
    leave(&bed, 2, "2027-02-28").await?;
    let tables = ["member", "member_step", "training_member"];
    bed.now = day("2032-02-29").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [2, 6, 2]);
    let rules = rules(Edition::FIRST);
    let counted = async |bed: &Bed| sum::of_facility(bed.store.read(), bed.facility, (&rules, bed.now)).await;
    let before = counted(&bed).await?;
    bed.now = day("2032-02-29");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [1, 2, 1]);
    assert!(staff::list_left(bed.store.read(), bed.facility, 9).await?.is_empty());
    assert_eq!(counted(&bed).await?, before, "who is there is counted as before");
    let trainings = training::list(bed.store.read(), bed.facility, 9).await?;
    assert_eq!(trainings[0].people, [(1, "見本 一郎".to_owned())], "the training stays: it is somebody's newest");
    assert_eq!(said(&bed).await?, ["members=1"]);
    assert_eq!(register(&bed, bed.facility, &[details("見本 三郎", bed.now)]).await?, 3);
    Ok(())
}

async fn a_training_stays_while_it_is_somebodys_newest_and_its_number_is_given_to_no_other(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    bed.now = day("2027-02-28");
    register(&bed, bed.facility, &[details("見本 一郎", bed.now.plus_days(-90))]).await?;
    assert_eq!(train(&bed, "2027-02-28").await?, 1);
    bed.now = day("2040-01-01");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &["training", "training_member"]).await?, [1, 1]);
    assert_eq!(train(&bed, "2040-01-01").await?, 2);
    bed.now = day("2040-01-02");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &["training", "training_member"]).await?, [1, 1]);
    let left = training::list(bed.store.read(), bed.facility, 9).await?;
    assert_eq!(left.iter().map(|held| held.number).collect::<Vec<_>>(), [2]);
    // One that does not count is nobody's newest; its number was the highest.
    bed.now = day("2041-02-28");
    assert_eq!(train(&bed, "2041-02-28").await?, 3);
    let mut tx = bed.store.begin_ledger().await?;
    assert!(training::void(&mut tx, bed.facility, 3, "取り違え").await?.is_some());
    tx.commit().await?;
    let member = staff::find(bed.store.read(), bed.facility, 1).await?.expect("somebody");
    let entry = Entry { why: "取り違え".to_owned(), trained: Some(day("2040-01-01")), ..Entry::default() };
    assert!(step(&bed, &member, (Act::Untrain, entry), &rules(Edition::FIRST)).await?.is_some());
    bed.now = day("2046-03-01").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &["training"]).await?, [2]);
    bed.now = day("2046-03-01");
    sound.run(&bed).await?;
    let left = training::list(bed.store.read(), bed.facility, 9).await?;
    assert!(!left.iter().any(|held| held.number == 3));
    assert_eq!(train(&bed, "2046-03-01").await?, 4);
    Ok(())
}

async fn replaced_pledges_go_once_nobody_has_signed_them_and_the_newest_review_and_decision_stay(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    bed.now = day("2026-10-01");
    register(&bed, bed.facility, &[details("見本 一郎", bed.now.plus_days(-90))]).await?;
    for (date, name) in [("2027-02-27", "2版"), ("2027-02-28", "3版"), ("2028-02-28", "4版")] {
        bed.now = day(date);
        let mut tx = bed.store.begin_ledger().await?;
        let n = pledge::insert(&mut tx, bed.facility, (name, bed.now), (by(&bed), bed.now)).await?;
        review::insert(&mut tx, bed.facility, (1, name), (by(&bed), bed.now)).await?;
        personal_policy::insert(&mut tx, bed.facility, (PersonalMode::Standing, name), (by(&bed), bed.now)).await?;
        tx.commit().await?;
        if n == 3 {
            let member = staff::find(bed.store.read(), bed.facility, 1).await?.expect("somebody");
            let entry = Entry { day: date.to_owned(), ..Entry::default() };
            let edition = pledge::newest(bed.store.read(), bed.facility).await?;
            assert!(step(&bed, &member, (Act::Pledge, entry), &rules(edition)).await?.is_some());
        }
    }
    let left = async |bed: &Bed| -> anyhow::Result<_> {
        let editions: Vec<_> = pledge::list(bed.store.read(), bed.facility).await?.into_iter().map(|edition| edition.n).collect();
        let reviews: Vec<_> = review::list(bed.store.read(), bed.facility, 9).await?.into_iter().map(|review| review.differences).collect();
        let decisions: Vec<_> = personal_policy::list(&bed.store, bed.facility, 9).await?.into_iter().map(|policy| policy.risk).collect();
        Ok((editions, reviews.concat(), decisions.concat()))
    };
    let text = |text: &str| text.to_owned();
    bed.now = day("2032-02-28").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(left(&bed).await?, (vec![4, 3, 2], text("4版3版2版"), text("4版3版2版")));
    bed.now = day("2032-02-28");
    sound.run(&bed).await?;
    assert_eq!(left(&bed).await?, (vec![4, 3, 2], text("4版3版"), text("4版3版2版")), "a review from its own day, a decision from its end");
    bed.now = day("2032-02-29");
    sound.run(&bed).await?;
    assert_eq!(left(&bed).await?, (vec![4, 3], text("4版"), text("4版3版")));
    bed.now = day("2040-01-01");
    sound.run(&bed).await?;
    assert_eq!(left(&bed).await?, (vec![4, 3], text("4版"), text("4版")), "an edition that somebody has signed, and the newest, stay");
    leave(&bed, 1, "2040-01-01").await?;
    bed.now = day("2045-01-02");
    sound.run(&bed).await?;
    assert_eq!(left(&bed).await?.0, [4], "it went with the last who signed it");
    Ok(())
}

async fn a_notice_goes_with_its_readings_and_the_one_that_corrected_it_stays_whole(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    let reader = notices::add(&bed, bed.facility, "hanako", Role::Administrator).await?;
    let home = Home { region: bed.region, facility: bed.facility };
    bed.now = day("2027-02-21");
    let first = notices::send(&bed, NoticeReach::Facilities(vec![bed.facility]), None).await?;
    let mut tx = bed.store.begin().await?;
    assert!(notice::end(&mut tx, first, (Ending::Corrected, "誤記"), (reader, bed.now)).await?);
    tx.commit().await?;
    let second = notices::send(&bed, NoticeReach::Facilities(vec![bed.facility]), Some(first)).await?;
    let mut tx = bed.store.begin().await?;
    for id in [first, second] {
        assert!(notice::confirm(&mut tx, id, home, (reader, bed.now)).await?);
        assert!(told::put(&mut tx, &id.to_string(), "sent", bed.now).await?);
    }
    tx.commit().await?;
    let tables = ["notice", "notice_place", "notice_reading", "told"];
    bed.now = day("2032-02-22").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [2; 4]);
    bed.now = day("2032-02-22");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [1; 4], "the corrected one had ended");
    let left = notice::find(bed.store.read(), bed.region, second).await?.expect("a notice");
    assert_eq!((left.notice.corrects, left.notice.ended), (None, None));
    let counts = notices::counts(&bed, second).await?;
    assert_eq!((counts.all, counts.confirmed), (1, 1));
    bed.now = day("2032-02-29").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [1; 4], "valid until the beginning of 28 February");
    bed.now = day("2032-02-29");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &tables).await?, [0; 4]);
    assert_eq!(said(&bed).await?, ["notices=1", "notices=1"]);
    Ok(())
}

async fn filings_that_ended_go_and_the_one_in_force_stays(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    let filed = async |bed: &Bed, seconds: &'static [(&'static str, &'static str)]| {
        filings::file(bed, bed.facility, &filings::draft(seconds)).await?.ok_or_else(|| anyhow::anyhow!("not filed"))
    };
    bed.now = day("2026-10-01");
    filed(&bed, &[("screen_lock.max_s", "60")]).await?;
    bed.now = day("2027-02-28");
    let second = filed(&bed, &[("screen_lock.max_s", "120")]).await?;
    let numbers = async |bed: &Bed| -> anyhow::Result<Vec<i64>> {
        Ok(own_rules::list(&bed.store, bed.facility, 9).await?.into_iter().map(|filed| filed.number).collect())
    };
    bed.now = day("2032-02-29").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(numbers(&bed).await?, [2, 1]);
    bed.now = day("2032-02-29");
    sound.run(&bed).await?;
    assert_eq!(numbers(&bed).await?, [2], "the one that was replaced went; what is in force is as old, and stays");
    assert!(own_rules::in_force(bed.store.read(), bed.facility).await?.is_some());
    assert!(filings::step(&bed, bed.facility, second, Step::Withdraw).await?);
    bed.now = day("2037-03-01");
    sound.run(&bed).await?;
    assert_eq!(numbers(&bed).await?, Vec::<i64>::new());
    filed(&bed, &[("screen_lock.max_s", "60")]).await?;
    assert_eq!(numbers(&bed).await?, [3], "a number is not given out twice");
    Ok(())
}

async fn alerts_that_were_looked_at_and_events_of_accounts_go(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let sound = Sound::new(&bed, on).await?;
    let (_, looked_at) = bed.device(Standing::Active).await?;
    let (_, open) = bed.device(Standing::Lost).await?;
    let person: PersonId = notices::add(&bed, bed.facility, "hanako", Role::Administrator).await?;
    bed.now = day("2027-02-28");
    let at = bed.now.seconds();
    let mut tx = bed.store.begin().await?;
    for (n, closed) in [(looked_at, Some(at)), (open, None)] {
        sqlx::query(
            "INSERT INTO alert (n, kind, facility_id, first_at, last_at, times, closed_at) VALUES ($1, 'lost_seen', $2, $3, $3, 1, $4)",
        )
        .bind(n.0)
        .bind(bed.facility.to_string())
        .bind(at)
        .bind(closed)
        .execute(&mut *tx)
        .await?;
    }
    account_event::insert(&mut tx, bed.random.uuid(bed.now), person, Happened::ALL[0], By::Operator, bed.now).await?;
    tx.commit().await?;
    bed.now = day("2032-02-29").plus_seconds(-1);
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &["alert", "account_event"]).await?, [2, 1]);
    bed.now = day("2032-02-29");
    sound.run(&bed).await?;
    assert_eq!(rows(&bed, &["alert", "account_event"]).await?, [1, 0], "what nobody has looked at stays");
    assert_eq!(said(&bed).await?, ["account_events=1 alerts=1"]);
    Ok(())
}
