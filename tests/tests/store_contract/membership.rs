//! What memberships ask of the store: of two steps at once one wins, lists by state page by key, what ends with a leaving ends at once,
//! and erasing leaves the operation log's chain whole.

use hashimori_server::domain::device::Standing;
use hashimori_server::domain::enrolment::CodeWish;
use hashimori_server::domain::ids::{FacilityId, PersonId};
use hashimori_server::domain::membership::{self as domain, Act, Entry, Membership, State};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::memberships::{self, Failed, Hands};
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::rank::{self, Kind, Sought};
use hashimori_server::store::rollup::{self, Scope as Counted};
use hashimori_server::store::{device, facility, log, membership, person};
use hashimori_shared::pack::{Keep, Pack};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    an_application_is_in_no_list_before_it_is_taken_in,
    of_two_steps_at_once_one_wins_and_the_other_is_told,
    facilities_are_listed_by_state_page_by_page_and_never_another_regions,
    with_a_leaving_everything_ends_and_the_counts_follow,
    erasing_takes_the_names_and_leaves_the_chain_whole,
);

const KEEP: Keep = Keep::Days(100);

async fn office(bed: &Bed) -> anyhow::Result<Person> {
    let id = PersonId::new(bed.random.uuid(bed.now));
    let doer = Person {
        id,
        role: Role::Secretariat,
        scope: Scope::Region(bed.region),
        login: Login::parse("jimukyoku")?,
        name: "架空 次郎".to_owned(),
    };
    let mut tx = bed.store.begin().await?;
    person::insert(&mut tx, &doer, bed.now).await?;
    tx.commit().await?;
    Ok(doer)
}

fn entry() -> Entry {
    let text = |text: &str| text.to_owned();
    Entry {
        name: text("髙﨑架空医院"),
        kind: text("clinic"),
        seat: text("inside"),
        form_1: text("2026-08-01"),
        form_2: text("2026-08-01"),
        person: text("架空 院長"),
        why: text("見本の理由"),
        until: text("2026-08-20"),
        sure: true,
        ..Entry::default()
    }
}

async fn apply(bed: &Bed, doer: &Person) -> anyhow::Result<FacilityId> {
    let mut tx = bed.store.begin_ledger().await?;
    let id = memberships::apply(&mut tx, &hands(bed, doer), bed.region, &entry()).await?;
    tx.commit().await?;
    Ok(id)
}

fn hands<'a>(bed: &'a Bed, doer: &'a Person) -> Hands<'a> {
    Hands { random: &bed.random, doer, now: bed.now }
}

async fn find(bed: &Bed, id: FacilityId) -> anyhow::Result<Membership> {
    membership::find(bed.store.read(), id).await?.ok_or_else(|| anyhow::anyhow!("no such facility"))
}

async fn step(bed: &Bed, doer: &Person, seen: &Membership, act: Act) -> anyhow::Result<Result<State, Failed>> {
    let mut tx = bed.store.begin_ledger().await?;
    let done = memberships::advance(&mut tx, &hands(bed, doer), seen, (act, &entry()), KEEP).await;
    if done.is_ok() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(done.map(|moved| moved.after.state))
}

/// Lets the bed's own facility leave.
async fn leave(bed: &mut Bed, doer: &Person) -> anyhow::Result<()> {
    for act in [Act::BeginLeaving, Act::HandOver] {
        let seen = find(bed, bed.facility).await?;
        step(bed, doer, &seen, act).await??;
    }
    let seen = find(bed, bed.facility).await?;
    assert!(matches!(step(bed, doer, &seen, Act::Leave).await?, Err(Failed::Refused(domain::Refusal::NotYet(_)))));
    bed.now = seen.leaves_at.ok_or_else(|| anyhow::anyhow!("a last day"))?;
    assert_eq!(step(bed, doer, &seen, Act::Leave).await??, State::Left);
    Ok(())
}

async fn an_application_is_in_no_list_before_it_is_taken_in(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let doer = office(&bed).await?;
    let id = apply(&bed, &doer).await?;
    let listed = async || -> anyhow::Result<(bool, bool)> {
        let ranked = rank::list(&bed.store, Sought::on(bed.region, Kind::All), None, 10).await?;
        let all = facility::list(&bed.store, bed.region, None, 10).await?;
        Ok((ranked.iter().any(|line| line.position.facility == id), all.iter().any(|facility| facility.id == id)))
    };
    assert_eq!(listed().await?, (false, false));
    let ((waiting, since), leaving) = membership::count_waiting(&bed.store, bed.region, bed.now).await?;
    assert_eq!((waiting, since, leaving), (1, Some(bed.now), 0));
    assert_eq!(facility::vacant_since(bed.store.read(), id).await?, None);
    step(&bed, &doer, &find(&bed, id).await?, Act::TakeIn).await??;
    assert_eq!(listed().await?, (true, true));
    assert_eq!(facility::vacant_since(bed.store.read(), id).await?, Some(bed.now));
    let found = find(&bed, id).await?;
    assert_eq!((found.state, found.forms.name.as_str(), found.version), (State::In, "髙﨑架空医院", 2));
    let acts: Vec<_> = membership::history(&bed.store, id).await?.into_iter().map(|past| (past.act, past.by)).collect();
    assert_eq!(acts, [(Act::Apply, Some(doer.name.clone())), (Act::TakeIn, Some(doer.name))]);
    Ok(())
}

async fn of_two_steps_at_once_one_wins_and_the_other_is_told(on: On) -> anyhow::Result<()> {
    let bed = Bed::on(on).await?;
    let doer = office(&bed).await?;
    let seen = find(&bed, bed.facility).await?;
    assert_eq!(seen.state, State::In, "what was there before memberships is in");
    let (one, other) = tokio::join!(step(&bed, &doer, &seen, Act::Suspend), step(&bed, &doer, &seen, Act::BeginLeaving));
    let (one, other) = (one?, other?);
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert!(matches!(one, Err(Failed::Changed)) || matches!(other, Err(Failed::Changed)));
    assert_eq!(membership::history(&bed.store, bed.facility).await?.len(), 1);
    Ok(())
}

async fn facilities_are_listed_by_state_page_by_page_and_never_another_regions(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let doer = office(&bed).await?;
    let mut applied = Vec::new();
    for _ in 0..5 {
        // Within a millisecond the order of ids is chance.
        bed.now = bed.now.plus_seconds(1);
        applied.push(apply(&bed, &doer).await?);
    }
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = membership::list(&bed.store, (bed.region, State::Applied), after, 2).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.facility);
        read.extend(page.iter().map(|membership| membership.facility));
    }
    assert_eq!(read, applied);
    let mut counts = membership::count(&bed.store, bed.region).await?;
    counts.sort_unstable();
    assert_eq!(counts, [(State::Applied, 5), (State::In, 1)]);
    let elsewhere = hashimori_server::domain::ids::RegionId::new(bed.random.uuid(bed.now));
    assert_eq!(membership::list(&bed.store, (elsewhere, State::Applied), None, 10).await?, []);
    assert_eq!(membership::count_waiting(&bed.store, elsewhere, bed.now).await?, ((0, None), 0));
    Ok(())
}

async fn with_a_leaving_everything_ends_and_the_counts_follow(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let doer = office(&bed).await?;
    let stays = bed.another_facility().await?;
    bed.device_in(stays, Standing::Active).await?;
    for standing in [Standing::Pending, Standing::Active, Standing::Lost, Standing::Copied, Standing::Reconfirm, Standing::Refused] {
        bed.device(standing).await?;
    }
    let wish = CodeWish {
        region: bed.region,
        facility: bed.facility,
        uses: 3,
        hours: 24 * 30,
        auto_confirm: false,
        ownership: hashimori_server::domain::device::Ownership::Managed,
    };
    let (issued, _) = wish.issue([0; 10], bed.now, &bed.random)?;
    let mut tx = bed.store.begin().await?;
    tx.insert_code(&issued, "operator").await?;
    tx.commit().await?;
    let mut tx = bed.store.begin().await?;
    sqlx::query(
        "INSERT INTO api_token (id, region_id, facility_id, label, grants, hash, made_at, made_by, ends_at) \
         VALUES ('t', $1, $2, '見本', '', 'h', 0, 'operator', $3)",
    )
    .bind(bed.region.to_string())
    .bind(bed.facility.to_string())
    .bind(i64::MAX)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    leave(&mut bed, &doer).await?;
    let revoked: Option<i64> = sqlx::query_scalar("SELECT revoked_at FROM api_token WHERE id = 't'").fetch_one(bed.store.read()).await?;
    assert_eq!(revoked, Some(bed.now.seconds()), "machines read no more");

    let standings: Vec<_> = device::list(&bed.store, bed.facility, None, 10).await?.into_iter().map(|device| device.standing).collect();
    assert_eq!(standings.iter().filter(|standing| **standing == Standing::Retired).count(), 5);
    assert_eq!(standings.iter().filter(|standing| **standing == Standing::Refused).count(), 1);
    assert!(bed.store.list_live_codes(bed.facility, None, (bed.now, 10)).await?.is_empty());
    let (today, pack) = (bed.now.jst_day(), Pack::bundled());
    let rules = &pack.parameters().staleness;
    while rank::refresh(&bed.store, today, rules).await? {}
    let ranked = rank::list(&bed.store, Sought::on(bed.region, Kind::All), None, 10).await?;
    assert_eq!(ranked.iter().map(|line| line.position.facility).collect::<Vec<_>>(), [stays]);
    assert_eq!(rollup::summary(&bed.store, Counted::Region(bed.region), today, rules).await?.counts.all(), 1);
    assert_eq!(facility::vacant_since(bed.store.read(), bed.facility).await?, None, "nobody is missing there");
    assert!(membership::list_due(&bed.store, bed.now).await?.is_empty());
    Ok(())
}

async fn erasing_takes_the_names_and_leaves_the_chain_whole(on: On) -> anyhow::Result<()> {
    let mut bed = Bed::on(on).await?;
    let master = MasterKey::generate(&bed.random);
    let key = log::ensure_key(&bed.store, &master, &bed.random, bed.now).await?;
    let doer = office(&bed).await?;
    let other = bed.another_facility().await?;
    let (kept, _) = bed.device_in(other, Standing::Active).await?;
    let (id, _) = bed.device(Standing::Active).await?;
    let mut tx = bed.store.begin().await?;
    sqlx::query(
        "INSERT INTO member (id, region_id, facility_id, number, state, name, job, mcs_id, joined_on, pledge_edition, pledge_before, cleared, \
         registered_at, version) VALUES ('m', $1, $2, 1, 'here', '架空 看護師', '看護師', 'kango', 0, 0, 0, '', 0, 1)",
    )
    .bind(bed.region.to_string())
    .bind(bed.facility.to_string())
    .execute(&mut *tx)
    .await?;
    for (paper, facility) in [("p", bed.facility), ("q", other)] {
        sqlx::query(
            "INSERT INTO paper (id, region_id, facility_id, kind, number, state, open, applicant, from_at, until_at, fields, filed_at, \
             entered_at, version) VALUES ($1, $2, $3, 'take_out', 1, 'closed', 0, '架空 看護師', 0, 1, '{}', 0, 0, 1)",
        )
        .bind(paper)
        .bind(bed.region.to_string())
        .bind(facility.to_string())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO paper_attachment (paper_id, n, name, format, size, sha256, remark, by_whom, at) \
             VALUES ($1, 1, '看護師.jpg', 'jpeg', 3, '', '', '', 0)",
        )
        .bind(paper)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    leave(&mut bed, &doer).await?;
    while log::seal(&bed.store, &key, bed.now, None).await?.more {}
    let due = find(&bed, bed.facility).await?.erase_at.ok_or_else(|| anyhow::anyhow!("a day"))?;
    assert_eq!(Some(due), KEEP.end(bed.now));
    assert_eq!(memberships::erase_due(&bed.store, &bed.random, due.plus_seconds(-1)).await?, 0);
    assert_eq!(memberships::erase_due(&bed.store, &bed.random, due).await?, 1);
    assert_eq!(memberships::erase_due(&bed.store, &bed.random, due.plus_days(1)).await?, 0, "done once");
    while log::seal(&bed.store, &key, due, None).await?.more {}
    let whole = log::verify(&bed.store, &key, None).await?.map_err(|broken| anyhow::anyhow!("{broken}"))?;
    assert!(whole.erased > 0, "{whole:?}");
    // Whoever takes the words of another entry away is found all the same.
    let mut tx = bed.store.begin().await?;
    sqlx::query("DELETE FROM log_words WHERE entry_id IN (SELECT id FROM log_entry WHERE facility_id IS NULL)").execute(&mut *tx).await?;
    tx.commit().await?;
    assert!(log::verify(&bed.store, &key, None).await?.is_err_and(|broken| broken.why == log::Why::WordsMissing));
    let member: (String, String) = sqlx::query_as("SELECT name, mcs_id FROM member WHERE id = 'm'").fetch_one(bed.store.read()).await?;
    assert_eq!(member, ("—".to_owned(), String::new()), "nor is anybody on the list of those who used the network");
    let pictures: Vec<String> = sqlx::query_scalar("SELECT paper_id FROM paper_attachment").fetch_all(bed.store.read()).await?;
    assert_eq!(pictures, ["q"], "nor in a picture");
    let label = |device: Option<device::Device>| device.map(|device| device.label);
    assert_eq!(label(device::find(&bed.store, bed.facility, id).await?).as_deref(), Some(""));
    assert_eq!(label(device::find(&bed.store, other, kept).await?).as_deref(), Some("受付の端末"), "others keep theirs");
    assert_eq!(person::find_name(bed.store.read(), doer.id).await?, Some(doer.name), "and so does the secretariat");
    Ok(())
}
