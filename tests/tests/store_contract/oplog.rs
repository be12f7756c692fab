//! The operation log: an honest one is proven, every way to tamper with it is found, and what the rules take out leaves it whole.

use hashimori_server::domain::act::{Actor, Done, What};
use hashimori_server::domain::device::Standing;
use hashimori_server::domain::ids::{DeviceId, PersonId, RegionId};
use hashimori_server::domain::log::{LogKey, Mark};
use hashimori_server::domain::people::{Login, Person, Role, Scope};
use hashimori_server::random::Random;
use hashimori_server::secrets::MasterKey;
use hashimori_server::store::log::{self, Break, Filter, Reach, Whole, Why};
use hashimori_tests::bed::{Bed, On};

on_both_engines!(
    an_honest_log_is_proven_also_against_every_head_it_ever_had,
    every_way_to_tamper_is_found_at_the_first_entry_it_touched,
    what_a_thief_of_the_database_writes_anew_lacks_the_signatures,
    erasing_a_person_takes_the_names_and_leaves_the_chain_whole,
    after_deletion_a_signed_checkpoint_carries_the_chain_on,
    a_page_read_again_within_ten_minutes_is_one_entry,
    an_act_that_fails_leaves_no_entry,
    two_sealers_at_once_number_every_entry_once,
    a_region_never_reads_another_regions_entries_and_a_facility_only_its_own,
    the_newest_act_on_an_object_is_told_as_far_as_the_reader_reaches,
);

/// What the log consists of.
const TABLES: [&str; 5] = ["log_entry", "log_words", "log_checkpoint", "log_day", "meta"];

struct Log {
    bed: Bed,
    key: LogKey,
    master: MasterKey,
    hanako: Person,
}

impl Log {
    async fn on(on: On) -> anyhow::Result<Self> {
        let bed = Bed::on(on).await?;
        let master = MasterKey::generate(&bed.random);
        let key = log::ensure_key(&bed.store, &master, &bed.random, bed.now).await?;
        let hanako = Person {
            id: PersonId::new(bed.random.uuid(bed.now)),
            role: Role::Administrator,
            scope: Scope::Facility(bed.region, bed.facility),
            login: Login::parse("hanako")?,
            name: "架空 花子".to_owned(),
        };
        Ok(Self { bed, key, master, hanako })
    }

    /// Hanako acts on a device; sealed at once.
    async fn act(&mut self, what: What) -> anyhow::Result<()> {
        self.bed.now = self.bed.now.plus_seconds(1);
        let done = Done::by_person(&self.hanako, what, self.bed.now).noting("n=1").saying("受付にて");
        log::write_alone(&self.bed.store, &self.bed.random, &done).await?;
        self.seal(None).await
    }

    async fn acts(&mut self, count: usize) -> anyhow::Result<()> {
        for _ in 0..count {
            self.act(What::DeviceConfirmed).await?;
        }
        Ok(())
    }

    async fn seal(&self, day: Option<i64>) -> anyhow::Result<()> {
        while log::seal(&self.bed.store, &self.key, self.bed.now, day).await?.more {}
        Ok(())
    }

    async fn verify(&self, anchor: Option<Mark>) -> anyhow::Result<Result<Whole, Break>> {
        Ok(log::verify(&self.bed.store, &self.key, anchor).await?)
    }

    async fn head(&self) -> anyhow::Result<Mark> {
        Ok(self.verify(None).await?.map_err(|b| anyhow::anyhow!("{b}"))?.head)
    }

    /// What somebody does who has the database and not the master key.
    async fn tamper(&self, statements: &[&str]) -> anyhow::Result<()> {
        let mut tx = self.bed.store.begin().await?;
        for statement in statements {
            sqlx::raw_sql(sqlx::AssertSqlSafe((*statement).to_owned())).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn an_honest_log_is_proven_also_against_every_head_it_ever_had(on: On) -> anyhow::Result<()> {
    let mut log = Log::on(on).await?;
    log.seal(None).await?;
    let mut heads = vec![log.head().await?];
    for day in 0..5 {
        log.bed.now = log.bed.now.plus_days(1);
        log.acts(3).await?;
        log.seal(Some(day)).await?;
        heads.push(log.head().await?);
    }
    for head in &heads {
        let whole = log.verify(Some(*head)).await?.map_err(|b| anyhow::anyhow!("{b}"))?;
        assert_eq!((whole.entries, whole.waiting, whole.erased), (16, 0, 0));
    }
    let ahead = Mark { seq: 99, ..heads[5] };
    assert_eq!(log.verify(Some(ahead)).await?, Err(Break { seq: 17, why: Why::ShorterThanAnchor }));
    let changed = Mark { hash: [9; 32], ..heads[2] };
    assert_eq!(log.verify(Some(changed)).await?, Err(Break { seq: heads[2].seq, why: Why::OtherThanAnchor }));
    Ok(())
}

async fn every_way_to_tamper_is_found_at_the_first_entry_it_touched(on: On) -> anyhow::Result<()> {
    let of = |seq: i64| format!("(SELECT id FROM log_entry WHERE seq = {seq})");
    let words = |set: &str, seq| vec![format!("UPDATE log_words SET {set} WHERE entry_id = {}", of(seq))];
    let edit = |set: &str| vec![format!("UPDATE log_entry SET {set} WHERE seq = 4")];
    let cases: Vec<(&str, Vec<String>, i64, Why)> = vec![
        ("edit the act", edit("what = 'signed_in'"), 4, Why::Altered),
        ("edit the time", edit("at = at + 1"), 4, Why::Altered),
        ("edit the actor", edit("actor = 'operator'"), 4, Why::Altered),
        ("edit the detail", edit("detail = 'n=2'"), 4, Why::Altered),
        ("move to another facility", edit("facility_id = NULL"), 4, Why::Altered),
        ("edit the hash", edit("hash = (SELECT hash FROM log_entry WHERE seq = 3)"), 4, Why::Altered),
        ("edit the commitment", edit("commitment = (SELECT commitment FROM log_entry WHERE seq = 3)"), 4, Why::Altered),
        ("delete one", vec!["DELETE FROM log_entry WHERE seq = 4".into()], 4, Why::Missing),
        ("delete the first", vec!["DELETE FROM log_entry WHERE seq = 1".into()], 1, Why::Missing),
        ("unseal one", edit("seq = NULL"), 4, Why::Missing),
        (
            "delete one and close the gap",
            vec!["DELETE FROM log_entry WHERE seq = 4".into(), "UPDATE log_entry SET seq = seq - 1 WHERE seq = 5".into()],
            4,
            Why::Altered,
        ),
        (
            "swap two",
            vec![
                "UPDATE log_entry SET seq = 100 WHERE seq = 4".into(),
                "UPDATE log_entry SET seq = 4 WHERE seq = 5".into(),
                "UPDATE log_entry SET seq = 5 WHERE seq = 100".into(),
            ],
            4,
            Why::Altered,
        ),
        (
            "insert one before",
            vec![
                "INSERT INTO log_entry (id, at, actor, what, detail, commitment, seq, hash) VALUES ('x', 1, 'operator', 'signed_in', '', '', 0, '')"
                    .into(),
            ],
            0,
            Why::Surplus,
        ),
        (
            "append one",
            vec![
                "INSERT INTO log_entry (id, at, actor, what, detail, commitment, seq, hash) VALUES ('x', 1, 'operator', 'signed_in', '', '', 8, '00')"
                    .into(),
            ],
            8,
            Why::Altered,
        ),
        ("truncate the tail", vec!["DELETE FROM log_entry WHERE seq > 5".into()], 6, Why::Missing),
        ("delete all", vec!["DELETE FROM log_entry".into()], 1, Why::Missing),
        ("swap a name", words("actor = '架空 太郎'", 4), 4, Why::WordsAltered),
        ("edit a remark", words("remark = ''", 4), 4, Why::WordsAltered),
        ("change a salt", words("salt = '00'", 4), 4, Why::WordsAltered),
        ("delete names", vec![format!("DELETE FROM log_words WHERE entry_id = {}", of(4))], 4, Why::WordsMissing),
        (
            "forge a checkpoint",
            vec![
                "INSERT INTO log_checkpoint (seq, hash, at, signature) SELECT seq, hash, at, signature FROM log_entry WHERE seq = 4".into(),
                "DELETE FROM log_entry WHERE seq <= 4".into(),
            ],
            4,
            Why::ForgedCheckpoint,
        ),
        (
            "forge the head of a day",
            vec!["INSERT INTO log_day (day, seq, hash, at, signature) SELECT 9, seq, hash, at, signature FROM log_entry WHERE seq = 4".into()],
            4,
            Why::ForgedDay,
        ),
        ("take the head away", vec!["DELETE FROM meta WHERE key = 'log_head'".into()], 8, Why::NoHead),
        ("change the head", vec!["UPDATE meta SET value = '9' || value WHERE key = 'log_head'".into()], 8, Why::NoHead),
        ("change a signature", edit("signature = (SELECT signature FROM log_entry WHERE seq = 3)"), 4, Why::Rewritten),
    ];
    let mut log = Log::on(on).await?;
    log.seal(None).await?;
    log.acts(6).await?;
    for table in TABLES {
        log.tamper(&[&format!("CREATE TABLE {table}_was AS SELECT * FROM {table}")]).await?;
    }
    for (what, statements, seq, why) in cases {
        for table in TABLES {
            log.tamper(&[&format!("DELETE FROM {table}"), &format!("INSERT INTO {table} SELECT * FROM {table}_was")]).await?;
        }
        assert_eq!(log.verify(None).await?.map(|whole| whole.entries), Ok(7), "honest before: {what}");
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        log.tamper(&statements).await?;
        assert_eq!(log.verify(None).await?, Err(Break { seq, why }), "{what}");
        // Acts go on meanwhile: sealing them must not heal anything.
        log.bed.now = log.bed.now.plus_seconds(1);
        let done = Done::by_person(&log.hanako, What::SignedIn, log.bed.now);
        log::write_alone(&log.bed.store, &log.bed.random, &done).await?;
        let _ = log::seal(&log.bed.store, &log.key, log.bed.now, None).await;
        assert!(log.verify(None).await?.is_err(), "still broken after the next act: {what}");
    }
    Ok(())
}

async fn what_a_thief_of_the_database_writes_anew_lacks_the_signatures(on: On) -> anyhow::Result<()> {
    let mut log = Log::on(on).await?;
    log.seal(None).await?;
    log.acts(6).await?;
    let head = log.head().await?;
    let with_own_key = LogKey::generate(&MasterKey::generate(&Random::seeded(66)), &log.bed.random)?.0;
    // Everything from entry 4 on is changed and chained again with the right hashes, the signatures taken away.
    let mut lines = log::list(&log.bed.store, Reach::Region(log.bed.region), &Filter::default(), 50).await?;
    lines.sort_by_key(|line| line.seq);
    let mut mark = Mark::GENESIS;
    let mut statements = Vec::new();
    for line in &mut lines {
        if mark.seq >= 3 {
            "n=9".clone_into(&mut line.entry.detail);
        }
        mark = mark.followed_by(&line.entry);
        if mark.seq >= 4 {
            let hash = hashimori_server::domain::log::to_hex(&mark.hash);
            statements.push(format!("UPDATE log_entry SET detail = 'n=9', hash = '{hash}', signature = NULL WHERE seq = {}", mark.seq));
        }
    }
    log.tamper(&statements.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    assert_eq!(log.verify(None).await?, Err(Break { seq: 4, why: Why::Rewritten }));
    // Everything from entry 4 on is unsealed, changed and chained again with another key.
    log.tamper(&["UPDATE log_entry SET seq = NULL, hash = NULL, signature = NULL, detail = 'n=9' WHERE seq >= 4"]).await?;
    assert!(log::seal(&log.bed.store, &with_own_key, log.bed.now, None).await.is_err(), "another key cannot go on from this head");
    // The honest sealer is no help either: it goes on from the head it signed.
    log.seal(None).await?;
    assert_eq!(log.verify(None).await?, Err(Break { seq: 4, why: Why::Missing }));
    assert_eq!(log.verify(Some(head)).await?, Err(Break { seq: 4, why: Why::Missing }));
    // Taking the key away as well does not begin the log anew.
    log.tamper(&["DELETE FROM meta WHERE key LIKE 'log_%'"]).await?;
    assert!(log::ensure_key(&log.bed.store, &log.master, &log.bed.random, log.bed.now).await.is_err());
    Ok(())
}

async fn erasing_a_person_takes_the_names_and_leaves_the_chain_whole(on: On) -> anyhow::Result<()> {
    let mut log = Log::on(on).await?;
    log.acts(3).await?;
    let by = Done::by(Actor::Operator, What::PersonErased, log.bed.now).on_person(&log.hanako);
    let mut tx = log.bed.store.begin().await?;
    log::erase_person(&mut tx, &log.bed.random, log.hanako.id, &by).await?;
    tx.commit().await?;
    assert_eq!(log.verify(None).await?.map(|whole| whole.erased), Ok(3), "also before it is sealed");
    log.seal(None).await?;
    assert_eq!(log.verify(None).await?.map(|whole| (whole.entries, whole.erased)), Ok((5, 3)));
    let mut read = log.bed.store.read().acquire().await?;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM log_words WHERE actor LIKE '%花子%' OR object LIKE '%花子%' OR remark <> ''")
        .fetch_one(&mut *read)
        .await?;
    assert_eq!(left, 0, "no name is left anywhere");
    // What came afterwards keeps its words, and so does what tells of the erasure: whoever takes them away is found.
    drop(read);
    log.act(What::SignedIn).await?;
    assert!(log.verify(None).await?.is_ok());
    for seq in [6, 5] {
        log.tamper(&[&format!("DELETE FROM log_words WHERE entry_id = (SELECT id FROM log_entry WHERE seq = {seq})")]).await?;
        assert_eq!(log.verify(None).await?, Err(Break { seq, why: Why::WordsMissing }));
    }
    Ok(())
}

async fn after_deletion_a_signed_checkpoint_carries_the_chain_on(on: On) -> anyhow::Result<()> {
    let mut log = Log::on(on).await?;
    log.acts(4).await?;
    let printed = log.head().await?;
    log.seal(Some(1)).await?;
    log.acts(1).await?;
    let never_printed = log.head().await?;
    log.bed.now = log.bed.now.plus_days(10);
    log.acts(2).await?;
    let late = log.head().await?;
    let before = log.bed.now.plus_days(-5);
    assert_eq!(log::trim(&log.bed.store, &log.key, &log.bed.random, (before, log.bed.now)).await?, 6);
    log.seal(None).await?;
    let whole = log.verify(Some(late)).await?.map_err(|b| anyhow::anyhow!("{b}"))?;
    assert_eq!((whole.after, whole.entries), (6, 3));
    assert!(log.verify(Some(printed)).await?.is_ok(), "heads of days outlive their entries");
    assert!(log.verify(Some(never_printed)).await?.is_ok(), "the checkpoint itself");
    let unknown = Mark { seq: 3, hash: [1; 32] };
    assert_eq!(log.verify(Some(unknown)).await?, Err(Break { seq: 3, why: Why::AnchorTooOld }));
    let other = Mark { hash: [1; 32], ..printed };
    assert_eq!(log.verify(Some(other)).await?, Err(Break { seq: printed.seq, why: Why::OtherThanAnchor }));
    assert_eq!(log::trim(&log.bed.store, &log.key, &log.bed.random, (before, log.bed.now)).await?, 0, "once");
    log.tamper(&["DELETE FROM log_checkpoint"]).await?;
    assert_eq!(log.verify(None).await?, Err(Break { seq: 1, why: Why::Missing }));
    Ok(())
}

async fn a_page_read_again_within_ten_minutes_is_one_entry(on: On) -> anyhow::Result<()> {
    let log = Log::on(on).await?;
    let (device, _) = log.bed.device(Standing::Active).await?;
    let (other, _) = log.bed.device(Standing::Active).await?;
    let look = async |device, seconds: i64| {
        let at = log.bed.now.plus_seconds(seconds);
        let done = Done::by_person(&log.hanako, What::DeviceViewed, at).on_device(device, "受付の端末");
        log::write_view(&log.bed.store, &log.bed.random, log.hanako.id, &done).await
    };
    for seconds in [0, 1, 599] {
        look(device, seconds).await?;
    }
    look(other, 5).await?;
    let views = async || log::list(&log.bed.store, Reach::Facility(log.bed.facility), &Filter::default(), 50).await;
    assert_eq!(views().await?.len(), 2);
    look(device, 600).await?;
    assert_eq!(views().await?.len(), 3);
    Ok(())
}

async fn an_act_that_fails_leaves_no_entry(on: On) -> anyhow::Result<()> {
    let log = Log::on(on).await?;
    let mut tx = log.bed.store.begin().await?;
    log::write(&mut tx, &log.bed.random, &Done::by_person(&log.hanako, What::CodeIssued, log.bed.now)).await?;
    tx.rollback().await?;
    assert_eq!(log::list(&log.bed.store, Reach::Facility(log.bed.facility), &Filter::default(), 50).await?, []);
    Ok(())
}

async fn two_sealers_at_once_number_every_entry_once(on: On) -> anyhow::Result<()> {
    let log = Log::on(on).await?;
    for second in 0..40 {
        let done = Done::by_person(&log.hanako, What::CodeIssued, log.bed.now.plus_seconds(second));
        log::write_alone(&log.bed.store, &log.bed.random, &done).await?;
    }
    let one = log::seal(&log.bed.store, &log.key, log.bed.now, None);
    let two = log::seal(&log.bed.store, &log.key, log.bed.now, None);
    let (one, two) = tokio::join!(one, two);
    assert_eq!(one?.entries + two?.entries, 41);
    assert_eq!(log.verify(None).await?.map(|whole| whole.entries), Ok(41));
    Ok(())
}

async fn a_region_never_reads_another_regions_entries_and_a_facility_only_its_own(on: On) -> anyhow::Result<()> {
    let log = Log::on(on).await?;
    let other = log.bed.another_facility().await?;
    let foreign = RegionId::new(log.bed.random.uuid(log.bed.now));
    let at = log.bed.now;
    for done in [
        Done::by_person(&log.hanako, What::SignedIn, at),
        Done::by(Actor::Operator, What::CodeIssued, at).at_facility(log.bed.region, other),
        Done::by(Actor::Operator, What::RegionMade, at).in_region(foreign),
    ] {
        log::write_alone(&log.bed.store, &log.bed.random, &done).await?;
    }
    let acts = async |reach, filter: Filter| -> anyhow::Result<Vec<String>> {
        let mut acts: Vec<String> = log::list(&log.bed.store, reach, &filter, 50).await?.into_iter().map(|line| line.entry.what).collect();
        acts.sort();
        Ok(acts)
    };
    let all = Filter::default;
    assert_eq!(acts(Reach::Facility(log.bed.facility), all()).await?, ["signed_in"]);
    assert_eq!(acts(Reach::Region(log.bed.region), all()).await?, ["code_issued", "log_begun", "signed_in"]);
    assert_eq!(acts(Reach::Region(foreign), all()).await?, ["log_begun", "region_made"]);
    let region = Reach::Region(log.bed.region);
    assert_eq!(acts(region, Filter { who: "花子".to_owned(), ..all() }).await?, ["signed_in"]);
    assert_eq!(acts(region, Filter { who: "%".to_owned(), ..all() }).await?, [] as [&str; 0]);
    assert_eq!(acts(region, Filter { who: log.hanako.id.to_string(), ..all() }).await?, ["signed_in"]);
    assert_eq!(acts(region, Filter { what: Some(What::CodeIssued), ..all() }).await?, ["code_issued"]);
    assert_eq!(acts(region, Filter { from: Some(at.plus_seconds(1)), ..all() }).await?, [] as [&str; 0]);
    Ok(())
}

async fn the_newest_act_on_an_object_is_told_as_far_as_the_reader_reaches(on: On) -> anyhow::Result<()> {
    let mut log = Log::on(on).await?;
    let device = DeviceId::new(log.bed.random.uuid(log.bed.now));
    let other = log.bed.another_facility().await?;
    for what in [What::DeviceConfirmed, What::DeviceLost, What::DeviceViewed] {
        log.bed.now = log.bed.now.plus_seconds(1);
        let done = Done::by_person(&log.hanako, what, log.bed.now).on_device(device, "受付1");
        log::write_alone(&log.bed.store, &log.bed.random, &done).await?;
    }
    let acts = [What::DeviceConfirmed, What::DeviceLost, What::DeviceRetired];
    let newest = async |reach, object: &str, acts: &[What]| log::newest_of(&log.bed.store, reach, object, acts).await;
    let (here, id) = (Reach::Facility(log.bed.facility), device.to_string());
    let (what, did) = newest(here, &id, &acts).await?.ok_or_else(|| anyhow::anyhow!("nothing was done"))?;
    assert_eq!((what, did.at, did.name.as_deref()), (What::DeviceLost, log.bed.now.plus_seconds(-1), Some("架空 花子")));
    assert_eq!(did.actor, log.hanako.id.to_string());
    assert_eq!(newest(Reach::Region(log.bed.region), &id, &acts).await?, Some((what, did)));
    let foreign = RegionId::new(log.bed.random.uuid(log.bed.now));
    for reach in [Reach::Facility(other), Reach::Region(foreign)] {
        assert_eq!(newest(reach, &id, &acts).await?, None);
    }
    assert_eq!(newest(here, &other.to_string(), &acts).await?, None, "another object");
    assert_eq!(newest(here, &id, &[What::DeviceRetired]).await?, None, "another act");
    Ok(())
}
