//! Of two who open the same page, the one who acts second is told who was first, when and with what, and what they typed is still there;
//! whoever sends a form twice is told that they did it themselves.

mod disaster;

use super::browser::{Browser, Page};
use super::former::file;
use super::personal::{application, new_link, newest};
use super::steps::{act, submit};
use super::world::World;
use crate::domain::device::Ownership;
use crate::domain::people::Role;

/// Two people before the same page: 見本 一郎 acts first.
struct Two {
    world: World,
    first: Browser,
    second: Browser,
}

impl Two {
    /// The administrator and the head of a facility.
    async fn at_facility() -> Self {
        let world = World::new().await;
        let first = world.link_named(Role::Administrator, "ichiro", "見本 一郎").await;
        let second = world.link_named(Role::Head, "futaba", "見本 二葉").await;
        let ((first, _), (second, _)) = (world.set_up(&first).await, world.set_up(&second).await);
        Self { world, first, second }
    }

    /// Two of the 事務局.
    async fn in_region() -> Self {
        let world = World::new().await;
        let first = world.link_in_region(Role::Secretariat, "ichiro", "見本 一郎").await;
        let second = world.link_in_region(Role::Secretariat, "futaba", "見本 二葉").await;
        let ((first, _), (second, _)) = (world.set_up(&first).await, world.set_up(&second).await);
        Self { world, first, second }
    }

    /// Somebody else of the 事務局: 見本 事務.
    async fn office(&self) -> Browser {
        self.world.set_up(&self.world.link_in_region(Role::Secretariat, "jimukyoku", "見本 事務").await).await.0
    }

    /// Both open a page; the first one's is answered with.
    async fn open(&mut self, path: &str) -> Page {
        self.second.get(path).await.status(200);
        let page = self.first.get(path).await;
        page.status(200);
        page
    }

    fn here(&self, path: &str) -> String {
        format!("/facilities/{}/{path}", self.world.facility)
    }

    /// Time passes between two acts: at 09:01.
    fn later(&self) {
        self.world.clock.advance(60);
    }
}

/// That 見本 一郎 was first, at 09:00, with this.
#[track_caller]
fn tells(page: &Page, act: &str) {
    page.status(409).says(&format!("2026年8月3日 09:00に見本 一郎さんが先に「{act}」をしています"));
}

/// That whoever reads it did it themselves.
#[track_caller]
fn tells_own(page: &Page, act: &str) {
    page.status(409).says(&format!("2026年8月3日 09:00に、すでにご自身で「{act}」をしています"));
}

#[tokio::test]
async fn a_ledgers_card_says_who_wrote_it_first() {
    let mut two = Two::at_facility().await;
    let device = two.world.add_device(two.world.region, two.world.facility, "受付1").await;
    let path = format!("/devices/{device}/card");
    let seen = two.open(&path).await.field("seen");
    two.first.submit(&path, &[("seen", seen.as_str()), ("place", "受付")]).await.status(303);
    two.later();
    let late = two.second.submit(&path, &[("seen", seen.as_str()), ("place", "地下の倉庫")]).await;
    tells(&late, "機器の台帳の記入");
    late.says("地下の倉庫");
    tells_own(&two.first.submit(&path, &[("seen", seen.as_str()), ("place", "二階")]).await, "機器の台帳の記入");
    assert_eq!(two.world.acts("ledger_kept").await.len(), 1);
}

#[tokio::test]
async fn a_membership_says_who_took_the_step_first() {
    let mut two = Two::in_region().await;
    let path = two.here("membership");
    let seen = two.open(&path).await.seen();
    let suspend = |why| [("act", "suspend"), ("seen", seen.as_str()), ("why", why)];
    two.first.submit(&path, &suspend("見本の理由")).await.redirects_to(&path);
    two.later();
    let late = two.second.submit(&path, &suspend("別の理由")).await;
    late.status(409).says("2026年8月3日 09:00に見本 一郎さんが先に「").says("別の理由");
    let again = two.first.submit(&path, &suspend("見本の理由")).await;
    again.status(409).says("2026年8月3日 09:00に、すでにご自身で「");
    assert_eq!(two.world.acts("membership_suspended").await.len(), 1);
}

#[tokio::test]
async fn a_facilitys_own_rules_say_who_filed_first_and_who_decided_first() {
    let mut two = Two::at_facility().await;
    let path = two.here("own-rules");
    let seen = two.open(&path).await.field("seen");
    let filing = |most, why| [("seen", seen.as_str()), ("screen_lock.max_s", most), ("why", why)];
    two.first.submit(&path, &filing("1800", "訪問先で使う")).await.status(303);
    two.later();
    let late = two.second.submit(&path, &filing("1700", "見本の理由")).await;
    tells(&late, "事業所の定めの届出");
    assert!(late.body.contains("value=\"1700\"") && late.body.contains("value=\"見本の理由\""), "what was typed is kept");
    tells_own(&two.first.submit(&path, &filing("1800", "訪問先で使う")).await, "事業所の定めの届出");
    assert_eq!(two.world.acts("own_rules_filed").await.len(), 1);
    let (fresh, filed) = (late.field("seen"), two.first.get(&path).await.field("filing"));

    // Of the 事務局 and the facility, the facility is first.
    let mut office = two.office().await;
    office.get(&path).await.says("事務局の判断");
    let withdraw = [("filing", filed.as_str()), ("why", "取り違え")];
    two.first.submit(&format!("{path}/withdraw"), &withdraw).await.status(303);
    let accept = [("filing", filed.as_str()), ("decision", "accept"), ("why", "訪問時に限る")];
    let late = office.submit(&format!("{path}/decide"), &accept).await;
    late.status(409).says("09:01に見本 一郎さんが先に「事業所の定めの取下げ」をしています").says("訪問時に限る");
    // A filing made on the page as it stands now is taken.
    two.second.submit(&path, &[("seen", fresh.as_str()), ("screen_lock.max_s", "1700"), ("why", "見本の理由")]).await.status(303);
}

#[tokio::test]
async fn a_notice_says_who_took_it_back_or_sent_another_in_its_place() {
    let mut two = Two::in_region().await;
    let notice =
        |title| [("title", title), ("body", "本文"), ("weight", "normal"), ("until", "2026-08-10"), ("remind", ""), ("reach", "all")];
    two.first.get("/notices/new").await.status(200);
    let sent = two.first.submit("/notices", &notice("大雨への備え")).await.location.expect("a notice");
    let correct = format!("{sent}/correct");
    two.second.get(&correct).await.status(200);
    two.first.get(&correct).await.status(200);
    let (mut head, _) = two.world.signed_in_as(Role::Head, two.world.region, Some(two.world.facility), "shocho").await;
    let there = format!("/facilities/{}{sent}", two.world.facility);
    head.get(&there).await.status(200);
    let newer = two.first.submit(&correct, &notice("大雨への備え（訂正）")).await.location.expect("a notice");
    two.later();
    let late = two.second.submit(&correct, &notice("大雨への備え（追記）")).await;
    tells(&late, "お知らせの訂正");
    late.says("大雨への備え（追記）");
    tells(&two.second.submit(&format!("{sent}/withdraw"), &[("why", "取り違え")]).await, "お知らせの訂正");
    tells_own(&two.first.submit(&correct, &notice("大雨への備え（訂正）")).await, "お知らせの訂正");
    tells(&head.submit(&there, &[]).await, "お知らせの訂正");
    assert_eq!(two.world.acts("notice_corrected").await.len(), 1);

    two.first.get(&newer).await.status(200);
    two.first.submit(&format!("{newer}/withdraw"), &[("why", "取り違え")]).await.redirects_to(&newer);
    let late = two.second.submit(&format!("{newer}/withdraw"), &[("why", "もう済んだ")]).await;
    late.status(409).says("09:01に見本 一郎さんが先に「お知らせの撤回」をしています").says("もう済んだ");
    two.second.get(&format!("{newer}/correct")).await.status(409).says("先に「お知らせの撤回」");
}

#[tokio::test]
async fn one_notice_that_is_over_by_its_own_day_names_nobody() {
    let mut two = Two::in_region().await;
    two.first.get("/notices/new").await.status(200);
    let notice = [("title", "見本"), ("body", "本文"), ("weight", "normal"), ("until", "2026-08-03"), ("remind", ""), ("reach", "all")];
    let sent = two.first.submit("/notices", &notice).await.location.expect("a notice");
    two.world.clock.advance(15 * 3600);
    let mut office = two.office().await;
    office.get(&sent).await.status(200);
    let over = office.submit(&format!("{sent}/withdraw"), &[("why", "もう済んだ")]).await;
    over.status(409).says("期限を過ぎています").says("もう済んだ");
}

#[tokio::test]
async fn how_personal_devices_are_handled_is_decided_by_one_and_the_other_is_told() {
    let mut two = Two::at_facility().await;
    let path = two.here("personal-devices");
    let seen = two.open(&path).await.field("seen");
    let decision = |risk| [("seen", seen.as_str()), ("mode", "prohibited"), ("risk", risk)];
    two.first.submit(&path, &decision("私物は使わない")).await.redirects_to(&path);
    two.later();
    let late = two.second.submit(&path, &decision("紛失が多い")).await;
    tells(&late, "個人所有の機器の扱いの決定");
    assert!(late.body.contains(">紛失が多い</textarea>"), "what was typed is in the form: {}", late.body);
    tells_own(&two.first.submit(&path, &decision("私物は使わない")).await, "個人所有の機器の扱いの決定");
    let fresh = late.field("seen");
    let knowing = [("seen", fresh.as_str()), ("mode", "prohibited"), ("risk", "紛失が多い")];
    two.second.submit(&path, &knowing).await.redirects_to(&path);
}

#[tokio::test]
async fn the_deputies_term_is_changed_by_one_and_the_other_is_told() {
    let mut two = Two::in_region().await;
    let (page, path) = (two.here("people"), two.here("people/deputy"));
    let seen = two.open(&page).await.field("seen");
    let switch = |until, why| [("seen", seen.as_str()), ("on", "yes"), ("until", until), ("why", why)];
    two.first.submit(&path, &switch("2026-08-31", "休暇")).await.redirects_to(&page);
    two.later();
    let late = two.second.submit(&path, &switch("2026-09-30", "研修")).await;
    tells(&late, "代行者を置く");
    late.says("研修").says("2026-09-30");
    tells_own(&two.first.submit(&path, &switch("2026-08-31", "休暇")).await, "代行者を置く");
    two.second.get(&page).await.says("2026年9月1日 00:00まで");
    let fresh = two.first.get(&page).await.field("seen");
    two.first.submit(&path, &[("seen", fresh.as_str()), ("on", "no"), ("why", "復帰")]).await.redirects_to(&page);
    let late = two.second.submit(&path, &[("seen", fresh.as_str()), ("on", "no"), ("why", "終わり")]).await;
    late.status(409).says("09:01に見本 一郎さんが先に「代行をやめる」をしています");
}

#[tokio::test]
async fn a_loss_a_finding_and_another_kind_of_device_are_noted_once() {
    let mut two = Two::at_facility().await;
    let device = two.world.add_device(two.world.region, two.world.facility, "往診用").await;
    two.world.confirm(two.world.facility, device).await;
    let (lost, found, sort) = (format!("/devices/{device}/lost"), format!("/devices/{device}/found"), format!("/devices/{device}/sort"));
    let was = two.open(&sort).await.field("was");
    let change = |class, why| [("was", was.as_str()), ("ownership", "managed"), ("class", class), ("why", why)];
    two.first.submit(&sort, &change("tablet", "見間違い")).await.status(303);
    two.later();
    let late = two.second.submit(&sort, &change("phone", "電話だった")).await;
    tells(&late, "機器の情報の変更");
    late.says("電話だった");
    tells_own(&two.first.submit(&sort, &change("tablet", "見間違い")).await, "機器の情報の変更");

    two.open(&lost).await;
    let told = |why| [("at", "2026-08-03T09:00"), ("why", why)];
    two.first.submit(&lost, &told("電車に忘れた")).await.status(303);
    two.later();
    let late = two.second.submit(&lost, &told("見当たらない")).await;
    late.status(409).says("09:01に見本 一郎さんが先に「機器の紛失」をしています").says("見当たらない");
    two.second.like("en");
    two.second.get(&lost).await.status(409).says("見本 一郎 was first (2026-08-03 09:01: ");
    two.open(&found).await;
    two.first.submit(&found, &told("届けられた")).await.status(303);
    two.later();
    let late = two.second.submit(&found, &told("机の下")).await;
    late.status(409).says("was first (2026-08-03 09:02: ").says("机の下");
    assert_eq!((two.world.acts("device_lost").await.len(), two.world.acts("device_reclaimed").await.len()), (1, 1));
}

#[tokio::test]
async fn a_file_of_a_paper_is_removed_once_and_a_personal_papers_people_stay_at_the_facility() {
    let mut two = Two::at_facility().await;
    let paper = file(&mut two.first, &two.world, "見本 看護師").await;
    let files = format!("{paper}/files");
    two.first.get(&paper).await.status(200);
    two.first.hand_in(&files, &[("note", "")], ("a.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")).await.redirects_to(&paper);
    two.open(&paper).await;
    let remove = format!("{files}/1/remove");
    two.first.submit(&remove, &[("why", "取り違え")]).await.redirects_to(&paper);
    two.later();
    let late = two.second.submit(&remove, &[("why", "別の人の分")]).await;
    tells(&late, "書類のファイルの削除");
    late.says("別の人の分");
    tells_own(&two.first.submit(&remove, &[("why", "取り違え")]).await, "書類のファイルの削除");
    assert_eq!(two.world.acts("file_removed").await.len(), 1);

    let link = new_link(&two.world, &mut two.first).await;
    let mut nurse = Browser::new(&two.world.router);
    nurse.get(&link).await.status(200);
    nurse.submit(&link, &application(&[])).await.status(303);
    let asked = newest(&two.world, &mut two.first).await;
    let mut office = two.office().await;
    let seen = office.get(&asked).await.seen();
    act(&mut two.first, &asked, "send_back", &[("why", "機種が読めない")]).await.redirects_to(&asked);
    let late = submit(&mut office, &asked, &seen, "approve", &[]).await;
    late.status(409).says("09:01にほかの人が先に「");
    assert!(!late.body.contains("見本 一郎"), "{}", late.text());
}

#[tokio::test]
async fn a_step_with_somebody_of_the_staff_is_taken_once() {
    let mut two = Two::at_facility().await;
    two.world.add_member(two.world.region, two.world.facility, "見本 職員").await;
    let page = two.here("staff/1");
    let seen = two.open(&page).await.seen();
    let declare = |day| [("act", "declare"), ("seen", seen.as_str()), ("day", day)];
    let path = format!("{page}/act");
    two.first.submit(&path, &declare("2026-08-01")).await.status(303);
    two.later();
    let late = two.second.submit(&path, &declare("2026-08-02")).await;
    late.status(409).says("2026年8月3日 09:00に見本 一郎さんが先に「").says("2026-08-02");
    two.first.submit(&path, &declare("2026-08-01")).await.status(409).says("2026年8月3日 09:00に、すでにご自身で「");
}

#[tokio::test]
async fn a_training_is_taken_back_once() {
    let mut two = Two::at_facility().await;
    two.world.add_member(two.world.region, two.world.facility, "見本 職員").await;
    let path = two.here("staff/training");
    two.open(&path).await;
    let session = [("who", "1"), ("day", "2026-08-03"), ("topic", "守秘"), ("teacher", "見本"), ("material", "見本")];
    two.first.submit(&path, &session).await.status(303);
    let void = |why| [("training", "1"), ("why", why)];
    two.open(&path).await;
    two.first.submit(&format!("{path}/void"), &void("別の会議")).await.status(303);
    two.later();
    let late = two.second.submit(&format!("{path}/void"), &void("取り違え")).await;
    tells(&late, "教育の記録の取消");
    late.says("取り違え");
    tells_own(&two.first.submit(&format!("{path}/void"), &void("別の会議")).await, "教育の記録の取消");
    two.first.get("/log").await.says("教育の記録 第1号");
}

#[tokio::test]
async fn whoever_was_erased_meanwhile_is_called_so_and_nobody_elses_log_is_read() {
    let mut two = Two::at_facility().await;
    let device = two.world.add_device_of(Ownership::Managed, two.world.region, two.world.facility, "受付1").await;
    let path = format!("/devices/{device}/card");
    let seen = two.open(&path).await.field("seen");
    two.first.submit(&path, &[("seen", seen.as_str()), ("place", "受付")]).await.status(303);
    let erased = "DELETE FROM log_words WHERE entry_id IN (SELECT id FROM log_entry WHERE what = 'ledger_kept')";
    let mut tx = two.world.store.begin().await.expect("begins");
    sqlx::query(erased).execute(&mut *tx).await.expect("erases");
    tx.commit().await.expect("commits");
    two.later();
    let keep = [("seen", seen.as_str()), ("place", "倉庫")];
    two.second.submit(&path, &keep).await.status(409).says("名前が消去された人が先に「機器の台帳の記入」をしています");
    // Where the log has nothing of it (any more), it is said without a name.
    let mut tx = two.world.store.begin().await.expect("begins");
    sqlx::query("UPDATE log_entry SET facility_id = $1 WHERE what = 'ledger_kept'")
        .bind(two.world.neighbour.to_string())
        .execute(&mut *tx)
        .await
        .expect("moves");
    tx.commit().await.expect("commits");
    two.second.submit(&path, &keep).await.status(409).says("先にほかの人がこの機器の台帳を書き換えました");
}
