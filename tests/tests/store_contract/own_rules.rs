//! 事業所の定め (§26): which filing is in force, what becomes of those before it, and who is judged by it.

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{FacilityId, OwnRulesId, PersonId, SelfCheckId};
use hashimori_server::domain::own_rules::{Draft, Stage, Step};
use hashimori_server::domain::self_check::{SelfCheck, questions};
use hashimori_server::store::ingest::{Ingest, Settings};
use hashimori_server::store::own_rules::{self, Hand, NewOwnRules};
use hashimori_server::store::self_check::{self, NewSelfCheck};
use hashimori_server::store::{Store, device_state, history, told};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::sample;
use hashimori_shared::verdict::State;
use hashimori_tests::bed::{Bed, On, bundled_rules};
use tokio::sync::watch;

on_both_engines!(
    a_stricter_filing_judges_its_facilitys_devices_and_nobody_elses_and_ends_with_its_withdrawal,
    a_looser_filing_waits_and_counts_only_once_it_is_accepted,
    what_takes_a_filings_place_keeps_it_on_file_and_the_same_rules_are_not_filed_twice,
    a_step_at_another_facility_or_a_second_time_changes_nothing,
    a_filing_takes_effect_in_every_process,
    reminders_by_the_regions_rules_leave_out_who_has_rules_of_its_own,
);

pub(super) fn draft(typed: &'static [(&'static str, &'static str)]) -> Draft {
    Draft::read(&Pack::bundled(), "訪問が多い", |key| typed.iter().find(|(k, _)| *k == key).map_or("", |(_, v)| *v)).expect("a filing")
}

pub(super) async fn file(bed: &Bed, facility: FacilityId, draft: &Draft) -> anyhow::Result<Option<OwnRulesId>> {
    let id = OwnRulesId::new(bed.random.uuid(bed.now));
    let by = PersonId::new(bed.random.uuid(bed.now));
    let new = NewOwnRules { id, region: bed.region, facility, by, at: bed.now, pack: "a pack", draft };
    let mut tx = bed.store.begin_ledger().await?;
    let number = own_rules::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(number.map(|_| id))
}

pub(super) async fn step(bed: &Bed, facility: FacilityId, id: OwnRulesId, step: Step) -> anyhow::Result<bool> {
    let hand = Hand { by: PersonId::new(bed.random.uuid(bed.now)), at: bed.now, why: "見たうえで" };
    let mut tx = bed.store.begin_ledger().await?;
    let done = own_rules::step(&mut tx, facility, id, step, hand).await?;
    tx.commit().await?;
    Ok(done.is_some())
}

async fn stages(store: &Store, facility: FacilityId) -> anyhow::Result<Vec<(i64, Stage)>> {
    Ok(own_rules::list(store, facility, 10).await?.into_iter().map(|filed| (filed.number, filed.stage)).collect())
}

async fn judged(bed: &Bed) -> anyhow::Result<()> {
    while bed.ingest.rejudge(bed.now).await?.more {}
    Ok(())
}

/// State of the clause on the screen's lock, and the filing the verdict names.
async fn lock(bed: &Bed, facility: FacilityId, n: hashimori_server::domain::device::DeviceN) -> anyhow::Result<(State, Option<String>)> {
    let verdict = device_state::find(&bed.store, facility, n).await?.expect("a verdict").verdict;
    let clause = verdict.clauses.iter().find(|c| c.clause == "§19-6").expect("the clause");
    Ok((clause.state, verdict.own_rules))
}

async fn a_stricter_filing_judges_its_facilitys_devices_and_nobody_elses_and_ends_with_its_withdrawal(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let neighbour = bed.another_facility().await?;
    let (_, own) = bed.device(Standing::Active).await?;
    let (_, theirs) = bed.device_in(neighbour, Standing::Active).await?;
    for n in [own, theirs] {
        bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    }
    let id = file(&bed, bed.facility, &draft(&[("screen_lock.max_s", "60")])).await?.expect("filed");
    judged(&bed).await?;
    assert_eq!(lock(&bed, bed.facility, own).await?, (State::RecommendationUnmet, Some(id.to_string())));
    assert_eq!(lock(&bed, neighbour, theirs).await?, (State::Compliant, None));
    let newest = history::list(&bed.store, bed.facility, own, None, 1).await?.remove(0);
    assert_eq!(newest.cause, "rules");
    assert!(newest.judged_with.contains(&id.to_string()), "{}", newest.judged_with);

    bed.now = bed.now.plus_days(1);
    bed.send(own, (1, 2), &sample::japanese_windows(bed.now)).await?;
    assert_eq!(lock(&bed, bed.facility, own).await?.1, Some(id.to_string()), "a new report is judged by it as well");
    bed.send(own, (1, 3), &sample::good_debian(bed.now)).await?;

    assert!(step(&bed, bed.facility, id, Step::Withdraw).await?);
    judged(&bed).await?;
    assert_eq!(lock(&bed, bed.facility, own).await?, (State::Compliant, None));
    let filed = own_rules::list(&bed.store, bed.facility, 10).await?.remove(0);
    assert_eq!((filed.stage, filed.ended.expect("ended").why.as_str()), (Stage::Withdrawn, "見たうえで"));
    assert_eq!(own_rules::in_force(bed.store.read(), bed.facility).await?, None);
    Ok(())
}

async fn a_looser_filing_waits_and_counts_only_once_it_is_accepted(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    let mut report = sample::good_debian(bed.now);
    for account in &mut report.accounts {
        let lock = hashimori_shared::report::ScreenLock { locks_after_s: Some(1_200), desktop: "gnome".into() };
        account.screen_lock = Some(hashimori_shared::report::Fact::read(lock, "dconf"));
    }
    bed.send(n, (1, 1), &report).await?;
    let looser = draft(&[("screen_lock.max_s", "1800"), ("password.min", "8")]);
    let first = file(&bed, bed.facility, &looser).await?.expect("filed");
    judged(&bed).await?;
    assert_eq!(lock(&bed, bed.facility, n).await?, (State::RecommendationUnmet, None), "nothing of it counts yet");
    assert_eq!(own_rules::count_waiting(&bed.store, bed.region).await?, 1);
    assert!(step(&bed, bed.facility, first, Step::Refuse).await?);
    // Within one second the order of ids is chance.
    bed.now = bed.now.plus_seconds(60);
    let second = file(&bed, bed.facility, &looser).await?.expect("filed again after the refusal");
    assert!(step(&bed, bed.facility, second, Step::Accept).await?);
    judged(&bed).await?;
    assert_eq!(lock(&bed, bed.facility, n).await?, (State::Compliant, Some(second.to_string())));
    assert_eq!(stages(&bed.store, bed.facility).await?, [(2, Stage::InForce), (1, Stage::Refused)]);
    let (waiting, all) =
        (own_rules::list_waiting(&bed.store, bed.region, 9).await?, own_rules::list_in_region(&bed.store, bed.region, None, 9).await?);
    assert_eq!((waiting.len(), all.len()), (0, 2));
    let after = own_rules::list_in_region(&bed.store, bed.region, Some(second), 9).await?;
    assert_eq!(after.iter().map(|filed| filed.id).collect::<Vec<_>>(), [first]);
    Ok(())
}

async fn what_takes_a_filings_place_keeps_it_on_file_and_the_same_rules_are_not_filed_twice(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let strict = draft(&[("screen_lock.max_s", "600")]);
    assert!(file(&bed, bed.facility, &strict).await?.is_some());
    assert!(file(&bed, bed.facility, &strict).await?.is_none(), "sent twice by a double click");
    let looser = draft(&[("screen_lock.max_s", "1800")]);
    assert!(file(&bed, bed.facility, &looser).await?.is_some());
    assert!(file(&bed, bed.facility, &looser).await?.is_none());
    assert_eq!(stages(&bed.store, bed.facility).await?, [(2, Stage::Waiting), (1, Stage::InForce)], "what waits replaces nothing yet");
    let stricter = file(&bed, bed.facility, &draft(&[("screen_lock.max_s", "300")])).await?.expect("filed");
    assert_eq!(stages(&bed.store, bed.facility).await?, [(3, Stage::InForce), (2, Stage::Superseded), (1, Stage::Superseded)]);
    let present = own_rules::in_force(bed.store.read(), bed.facility).await?.expect("in force");
    assert_eq!((&*present.filing, &*present.text), (stricter.to_string().as_str(), "screen_lock.max_s = 300\n"));
    Ok(())
}

async fn a_step_at_another_facility_or_a_second_time_changes_nothing(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let neighbour = bed.another_facility().await?;
    let id = file(&bed, bed.facility, &draft(&[("screen_lock.max_s", "1800")])).await?.expect("filed");
    for wrong in [Step::Accept, Step::Refuse, Step::Withdraw] {
        assert!(!step(&bed, neighbour, id, wrong).await?, "{wrong:?}");
    }
    assert!(step(&bed, bed.facility, id, Step::Accept).await?);
    for late in [Step::Accept, Step::Refuse] {
        assert!(!step(&bed, bed.facility, id, late).await?, "{late:?}");
    }
    assert!(own_rules::find(&bed.store, neighbour, id).await?.is_none());
    assert_eq!(stages(&bed.store, bed.facility).await?, [(1, Stage::InForce)]);
    assert_eq!(stages(&bed.store, neighbour).await?, []);
    Ok(())
}

/// On SQLite there is one process: the same holds of what its writer remembers.
async fn a_filing_takes_effect_in_every_process(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let (_, n) = bed.device(Standing::Active).await?;
    bed.send(n, (1, 1), &sample::good_debian(bed.now)).await?;
    let (_rules, judge) = watch::channel(bundled_rules());
    let other = match on {
        On::Postgres => Some(Ingest::start(bed.store.clone(), Settings { judge, queue: 8, batch: 8 }).await?),
        On::Sqlite => None,
    };
    let another = other.as_ref().map_or(&bed.ingest, |(ingest, _)| ingest);
    // Known to both before the filing.
    assert_eq!(another.rejudge(bed.now).await?.judged, 0);
    let id = file(&bed, bed.facility, &draft(&[("screen_lock.max_s", "60")])).await?.expect("filed");
    let (body, _) = hashimori_tests::bed::whole(&sample::bad_debian(bed.now));
    another.submit(bed.check_in(n, (1, 2), body)).await?;
    assert_eq!(lock(&bed, bed.facility, n).await?.1, Some(id.to_string()));
    bed.send(n, (1, 3), &sample::good_debian(bed.now)).await?;
    assert_eq!(lock(&bed, bed.facility, n).await?, (State::RecommendationUnmet, Some(id.to_string())));
    Ok(())
}

async fn reminders_by_the_regions_rules_leave_out_who_has_rules_of_its_own(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let neighbour = bed.another_facility().await?;
    bed.device(Standing::Active).await?;
    let (theirs, _) = bed.device_in(neighbour, Standing::Active).await?;
    let since = (bed.now.plus_days(-365), bed.now.plus_days(-90));
    let untold = || self_check::list_untold(&bed.store, bed.region, (since, "step"), 9);
    let mut both = vec![(bed.facility, 1), (neighbour, 1)];
    both.sort_by_key(|(facility, _)| facility.to_string());
    assert_eq!(untold().await?, both);

    // Answered for 100 days ago: that counts for a managed device, and not for a personal one.
    let typed = [("grade", "administrator"), ("§20-6.no_copies", "yes")];
    let value = |field: &str| typed.iter().find(|(known, _)| *known == field).map(|(_, value)| *value);
    let check = SelfCheck::read(&questions(&Pack::bundled()), bed.now, value).expect("answers");
    let (id, person) = (SelfCheckId::new(bed.random.uuid(bed.now)), PersonId::new(bed.random.uuid(bed.now)));
    let new = NewSelfCheck { id, facility: neighbour, person, at: bed.now.plus_days(-100), check: &check, devices: None };
    let mut tx = bed.store.begin_ledger().await?;
    self_check::insert(&mut tx, &new).await?;
    tx.commit().await?;
    assert_eq!(untold().await?, [(bed.facility, 1)]);
    let mut tx = bed.store.begin_ledger().await?;
    sqlx::query("UPDATE device SET ownership = 'personal' WHERE id = $1").bind(theirs.to_string()).execute(&mut *tx).await?;
    tx.commit().await?;
    assert_eq!(untold().await?, both);

    file(&bed, neighbour, &draft(&[("attestation.days", "60"), ("attestation.personal_days", "30")])).await?.expect("filed");
    assert_eq!(untold().await?, [(bed.facility, 1)]);
    let own = own_rules::list_in_force(&bed.store, bed.region, None, 9).await?;
    assert_eq!(own.iter().map(|(facility, _)| *facility).collect::<Vec<_>>(), [neighbour]);
    assert_eq!(Some(&own[0].1), own_rules::in_force(bed.store.read(), neighbour).await?.as_ref());
    assert_eq!(own_rules::list_in_force(&bed.store, bed.region, Some(neighbour), 9).await?, []);
    let mut tx = bed.store.begin().await?;
    told::put(&mut tx, &bed.facility.to_string(), "step", bed.now).await?;
    tx.commit().await?;
    assert_eq!(untold().await?, []);
    Ok(())
}
