//! 持出届 as people do it: filed, approved by somebody else, out, overdue by the clock, back and checked; and what goes wrong on the way.

use hashimori_shared::lang::Lang;

use super::browser::{Browser, Page};
use super::steps::{act, submit};
use super::world::World;
use crate::domain::act::Actor;
use crate::domain::device::Standing;
use crate::domain::ids::DeviceId;
use crate::domain::paper::{Kind, State};
use crate::domain::people::Role;
use crate::incidents::{BY_OPERATOR, Gone, report_loss};
use crate::store::belonging::Home;
use crate::store::paper;
use crate::words::Text;

/// A filled-in notice for the days from 2026-08-03 to 2026-08-05.
fn notice<'a>(device: &'a str, changed: &[(&'static str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("kind", "take_out"),
        ("applicant", "見本 看護師"),
        ("device", device),
        ("form", "single"),
        ("contents", "訪問予定表 3件"),
        ("medium", "タブレット"),
        ("purpose", "訪問看護"),
        ("place", "架空町"),
        ("protection", "起動時ロック"),
        ("from", "2026-08-03"),
        ("until", "2026-08-05"),
    ];
    for (name, value) in changed {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    fields
}

struct Desk {
    world: World,
    browser: Browser,
    new: String,
    device: String,
}

impl Desk {
    /// The administrator's, with a tablet in use.
    async fn new() -> Self {
        let world = World::new().await;
        let id = world.add_device(world.region, world.facility, "往診1").await;
        world.confirm(world.facility, id).await;
        let (browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        Self { new: format!("/facilities/{}/papers/new", world.facility), device: id.to_string(), world, browser }
    }

    /// Files a notice; the paper's page.
    async fn file(&mut self, changed: &[(&'static str, &str)]) -> String {
        self.browser.get(&self.new.clone()).await.status(200);
        let device = self.device.clone();
        let filed = self.browser.submit(&self.new.clone(), &notice(&device, changed)).await;
        filed.location.clone().unwrap_or_else(|| panic!("{}", filed.body))
    }

    async fn act(&mut self, paper: &str, step: &str, fields: &[(&str, &str)]) -> Page {
        act(&mut self.browser, paper, step, fields).await
    }

    async fn device_stands(&self) -> Option<String> {
        self.world.standing(&self.device).await
    }
}

#[tokio::test]
async fn a_tablet_goes_out_with_an_approval_is_overdue_by_the_clock_and_comes_back_checked_by_another() {
    let mut desk = Desk::new().await;
    let today = format!("/facilities/{}/today", desk.world.facility);
    let paper = desk.file(&[]).await;
    desk.browser.get(&today).await.says("承認を待つ書類が1件あります。");
    desk.browser.get(&paper).await.says("承認待ち").says("訪問予定表 3件").says("2026年8月3日 – 2026年8月5日");
    desk.act(&paper, "take_out", &[]).await.status(422).says("その手続きはできません");
    desk.act(&paper, "approve", &[]).await.redirects_to(&paper);
    desk.act(&paper, "take_out", &[]).await.redirects_to(&paper);
    let quiet = desk.browser.get(&today).await.status(200).text();
    assert!(!quiet.contains("承認を待つ書類が") && !quiet.contains("返却期限を過ぎた持出しが"), "{quiet}");

    desk.world.clock.set(super::world::MORNING.plus_days(3));
    let (mut browser, _) = desk.world.signed_in_as(Role::Head, desk.world.region, Some(desk.world.facility), "shocho").await;
    browser.get(&today).await.says("返却期限を過ぎた持出しが1件あります。");
    browser.get(&paper).await.says("返却遅延");
    act(&mut browser, &paper, "return", &[]).await.redirects_to(&paper);
    act(&mut browser, &paper, "check_return", &[("checker", "見本　看護師")]).await.status(422).says("本人は確認者になれません");
    let checker = ("checker", "見本 三郎");
    act(&mut browser, &paper, "check_return", &[checker]).await.status(422).says("「返却時の状態」を入れて");
    let wrong = ("condition", "wrong");
    act(&mut browser, &paper, "check_return", &[checker, wrong]).await.status(422).says("どこに異常があったか");
    let broken = ("why", "画面が割れている");
    act(&mut browser, &paper, "check_return", &[checker, wrong, broken]).await.redirects_to(&paper);
    browser.get(&paper).await.says("完了").says("確認者: 見本 三郎").says("異常あり").says("画面が割れている");
    browser.get(&format!("{paper}/print")).await.status(200).says("決裁欄").says("令和8年（2026年）8月3日");
    assert_eq!(desk.world.acts("paper_filed").await, ["kind=take_out"]);
    assert_eq!(desk.world.acts("paper_approved").await, ["kind=take_out act=approve state=approved"]);
    assert_eq!(desk.world.acts("paper_moved").await.len(), 3);
}

#[tokio::test]
async fn the_administrators_own_notice_is_the_heads_to_approve() {
    let mut desk = Desk::new().await;
    // The administrator of these tests is called 見本 花子.
    let paper = desk.file(&[("applicant", "見本　花子")]).await;
    desk.browser.get(&paper).await.says("ご自分の届出・申請は、ほかの方の承認を待っています。");
    desk.act(&paper, "approve", &[]).await.status(422).says("ご自分では承認できません");
    desk.world.allow_deputies(desk.world.facility).await;
    let link = desk.world.link_named(Role::Head, "shocho", "架空 三郎").await;
    let (mut head, _) = desk.world.set_up(&link).await;
    act(&mut head, &paper, "approve", &[]).await.redirects_to(&paper);
    head.get(&paper).await.says("架空 三郎");
}

#[tokio::test]
async fn without_a_head_the_secretariat_approves_the_administrators_own_and_nobody_elses() {
    let mut desk = Desk::new().await;
    let own = desk.file(&[("applicant", "見本 花子")]).await;
    let nurses = desk.file(&[("device", "")]).await;
    let link = desk.world.link_in_region(Role::Secretariat, "jimukyoku", "架空 四郎").await;
    let (mut secretariat, _) = desk.world.set_up(&link).await;
    act(&mut secretariat, &nurses, "approve", &[]).await.status(422).says("あなたの役割ではできません");
    act(&mut secretariat, &own, "approve", &[]).await.redirects_to(&own);
}

#[tokio::test]
async fn of_two_who_decide_at_once_the_second_is_told_and_nothing_is_lost() {
    let mut desk = Desk::new().await;
    let paper = desk.file(&[]).await;
    desk.browser.get(&paper).await.status(200);
    submit(&mut desk.browser, &paper, "0", "approve", &[]).await.redirects_to(&paper);
    let late = submit(&mut desk.browser, &paper, "0", "refuse", &[("why", "見本")]).await;
    late.status(409).says("すでにご自身で「").says("あとの操作は何も変えていません");
    desk.browser.get(&paper).await.says("承認").says("持ち出したことを記録する");
}

#[tokio::test]
async fn what_is_wrong_with_a_notice_is_said_and_what_was_typed_is_kept() {
    let mut desk = Desk::new().await;
    let device = desk.device.clone();
    let cases: [(&[(&'static str, &str)], &str); 7] = [
        (&[("until", "2026-08-02")], "最終日は、初日"),
        (&[("from", "2027-02-29")], "初日を、暦にある日で"),
        (&[("until", "2027-08-02")], "期間は、全部で183日まで"),
        (&[("from", "2026-07-01"), ("until", "2026-07-31")], "最終日が過ぎています"),
        (&[("form", "standing"), ("device", "")], "包括届には、台帳の機器を"),
        (&[("contents", " ")], "「持ち出すもの（ファイル・書類の内容）」を入れてください"),
        (&[("on", "2026-08-04")], "紙の日付は"),
    ];
    for (changed, said) in cases {
        desk.browser.get(&desk.new.clone()).await.status(200);
        let fields = notice(&device, &[changed, &[("applicant", "髙﨑 𠮷男")]].concat());
        let page = desk.browser.submit(&desk.new.clone(), &fields).await;
        page.status(422).says(said);
        assert!(page.body.contains("value=\"髙﨑 𠮷男\"") && page.body.contains("value=\"訪問看護\""), "{said}");
    }
    let paper = desk.file(&[("applicant", "髙﨑 𠮷男")]).await;
    desk.browser.get(&paper).await.says("髙﨑 𠮷男");
    let again = desk.browser.submit(&desk.new.clone(), &notice(&device, &[("from", "2026-08-05"), ("until", "2026-08-06")])).await;
    again.status(422).says("期間の重なる書類（第1号）");
    desk.act(&paper, "withdraw", &[("why", "中止")]).await.redirects_to(&paper);
    submit(&mut desk.browser, &paper, "1", "approve", &[]).await.status(422).says("いま「取下げ」");
    desk.file(&[("from", "2026-08-05"), ("until", "2026-08-06")]).await;
}

#[tokio::test]
async fn a_notice_that_was_sent_back_is_filled_in_again_and_waits_for_a_new_approval() {
    let mut desk = Desk::new().await;
    let paper = desk.file(&[]).await;
    desk.act(&paper, "send_back", &[]).await.status(422).says("理由を");
    desk.act(&paper, "send_back", &[("why", "持出先を詳しく")]).await.redirects_to(&paper);
    desk.browser.get(&paper).await.says("差戻し").says("持出先を詳しく");
    let edit = format!("{paper}/edit");
    let form = desk.browser.get(&edit).await;
    assert!(form.body.contains("訪問予定表 3件"), "{}", form.body);
    assert_eq!(form.typed("until"), ["2026", "08", "05"]);
    let device = desk.device.clone();
    desk.browser.submit(&edit, &notice(&device, &[("place", "架空町1丁目")])).await.redirects_to(&paper);
    desk.browser.get(&paper).await.says("承認待ち").says("架空町1丁目");
    desk.browser.submit(&edit, &notice(&device, &[])).await.status(409);
}

#[tokio::test]
async fn a_device_that_is_retired_in_the_middle_goes_out_no_more() {
    let mut desk = Desk::new().await;
    let paper = desk.file(&[]).await;
    desk.act(&paper, "approve", &[]).await.redirects_to(&paper);
    let id: DeviceId = desk.device.parse().expect("an id");
    desk.world.stand(desk.world.facility, id, Standing::Retired).await;
    desk.act(&paper, "take_out", &[]).await.status(422).says("機器がいま使用中ではない");
    desk.act(&paper, "withdraw", &[("why", "機器の廃止")]).await.redirects_to(&paper);
}

#[tokio::test]
async fn what_does_not_come_back_is_lost_in_the_ledger_too() {
    let mut desk = Desk::new().await;
    let paper = desk.file(&[]).await;
    desk.act(&paper, "approve", &[]).await.redirects_to(&paper);
    desk.act(&paper, "take_out", &[]).await.redirects_to(&paper);
    desk.act(&paper, "ask_extension", &[("until", "2026-08-05"), ("why", "訪問の追加")]).await.status(422).says("いまの最終日");
    desk.act(&paper, "ask_extension", &[("until", "2026-08-10"), ("why", "訪問の追加")]).await.redirects_to(&paper);
    desk.browser.get(&paper).await.says("2026年8月10日 までの延長が承認を待っています");
    desk.act(&paper, "extend", &[]).await.redirects_to(&paper);
    desk.browser.get(&paper).await.says("2026年8月3日 – 2026年8月10日");
    desk.act(&paper, "report_lost", &[]).await.status(422);
    assert_eq!(desk.device_stands().await.as_deref(), Some("active"));
    desk.act(&paper, "report_lost", &[("why", "訪問先で見当たらない")]).await.redirects_to(&paper);
    assert_eq!(desk.device_stands().await.as_deref(), Some("lost"));
    desk.browser.get(&paper).await.says("紛失").says("事故報告（紛失・盗難・異常・不正アクセス） 第1号");
    assert_eq!(desk.world.acts("device_lost").await.len(), 1);
}

#[tokio::test]
async fn what_the_clock_reported_as_missing_takes_the_loss_in_and_there_is_no_second_incident() {
    let mut desk = Desk::new().await;
    let id = desk.device.parse().expect("an id");
    let paper = format!("/papers/{}", desk.world.add_paper(desk.world.region, desk.world.facility, Some(id), "見本 看護師").await);
    for act in ["approve", "take_out"] {
        desk.act(&paper, act, &[]).await.redirects_to(&paper);
    }
    let home = Home { region: desk.world.region, facility: desk.world.facility };
    let gone = Gone { device: Some(id), why: &BY_OPERATOR, by: Actor::Collector, from: "見本" };
    let hands = (&*desk.world.random, super::world::MORNING);
    let mut tx = desk.world.store.begin_ledger().await.expect("begins");
    assert!(report_loss(&mut tx, hands, home, &gone).await.expect("reports").is_some());
    assert!(report_loss(&mut tx, hands, home, &gone).await.expect("reports").is_none(), "they know already");
    tx.commit().await.expect("commits");
    desk.act(&paper, "report_lost", &[("why", "訪問先で見当たらない")]).await.redirects_to(&paper);
    let open = paper::list_open(&desk.world.store, (desk.world.region, Kind::Incident), (None, 9)).await.expect("reads");
    assert_eq!(open.iter().map(|(.., found)| found.paper.state).collect::<Vec<_>>(), [State::Open]);
    let incident = format!("/papers/{}", open[0].2.paper.id);
    desk.browser.get(&incident).await.says("受け付ける").says("訪問先で見当たらない").says("収集サーバー");
}

#[tokio::test]
async fn a_blank_form_prints_and_the_rules_say_where_the_clause_is_answered() {
    let mut desk = Desk::new().await;
    let blank = desk.browser.get(&format!("/facilities/{}/papers/blank?kind=take_out", desk.world.facility)).await;
    blank.status(200).says("決裁欄").says("持出先");
    for &kind in Kind::ALL {
        let blank = desk.browser.get(&format!("/facilities/{}/papers/blank?kind={}", desk.world.facility, kind.as_str())).await;
        blank.status(200).says("決裁欄");
        let seals = kind.seals().iter().map(|(key, _)| *key);
        for key in kind.fields().iter().chain(kind.closing_fields()).map(|field| field.label).chain(seals) {
            blank.says(&Text::new(key).in_lang(Lang::Japanese));
        }
    }
    let rules = desk.browser.get("/rules").await;
    assert!(rules.body.contains(&format!("/facilities/{}/papers?kind=take_out", desk.world.facility)), "{}", rules.body);
}

#[tokio::test]
async fn a_device_passes_into_other_hands_only_after_somebody_else_saw_that_it_is_wiped() {
    let mut desk = Desk::new().await;
    let device = desk.device.clone();
    desk.browser.get(&desk.new.clone()).await.status(200);
    let fields = [
        ("kind", "hand_over"),
        ("applicant", "見本 看護師"),
        ("into", "disposal"),
        ("receiver", "架空の回収業者"),
        ("method", "erase"),
        ("from", "2026-08-03"),
        ("until", "2026-08-10"),
    ];
    let without = desk.browser.submit(&desk.new.clone(), &[fields.as_slice(), &[("device", "")]].concat()).await;
    without.status(422).says("台帳の機器を選んでください。");
    let filed = desk.browser.submit(&desk.new.clone(), &[fields.as_slice(), &[("device", device.as_str())]].concat()).await;
    let paper = filed.location.clone().expect("filed");
    desk.act(&paper, "hand_over", &[]).await.status(422).says("いま「消去待ち」");
    desk.act(&paper, "wipe", &[]).await.redirects_to(&paper);
    desk.act(&paper, "hand_over", &[]).await.status(422).says("いま「消去の確認待ち」");
    let today = desk.browser.get(&format!("/facilities/{}/today", desk.world.facility)).await;
    today.says("消去したことの確認を待つ機器が1件あります。");
    desk.act(&paper, "confirm_wipe", &[("checker", "見本看護師")]).await.status(422).says("本人は確認者になれません");
    desk.act(&paper, "confirm_wipe", &[("checker", "見本 花子")]).await.redirects_to(&paper);
    assert_eq!(desk.device_stands().await.as_deref(), Some("active"));
    desk.act(&paper, "hand_over", &[]).await.redirects_to(&paper);
    assert_eq!(desk.device_stands().await.as_deref(), Some("retired"));
    desk.browser.get(&paper).await.says("完了").says("確認者: 見本 花子");
    assert_eq!(desk.world.acts("device_retired").await.len(), 1);
}
