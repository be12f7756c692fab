//! 注意・指導 and 利用制限 as people do them: issued by the 事務局, answered by the facility, accepted, sent back or taken to the council;
//! use restricted with a banner until it is lifted. And what goes wrong on the way.

use super::browser::Browser;
use super::steps::{act, submit};
use super::world::{MORNING, World};
use crate::domain::people::Role;

const GUIDANCE: &[(&str, &str)] = &[
    ("kind", "guidance"),
    ("applicant", "見本 花子"),
    ("grade", "caution"),
    ("clause", "§20-3"),
    ("found", "ウイルス対策ソフトの期限切れが続いている"),
    ("wanted", "全台を更新する"),
    ("until", "2026-08-17"),
];

const RESTRICTION: &[(&str, &str)] = &[
    ("kind", "restriction"),
    ("applicant", "見本 次郎"),
    ("scope", "person"),
    ("measure", "stopped"),
    ("clause", "留3-1"),
    ("reason", "IDを貸していた"),
    ("from", "2026-08-03"),
    ("until", "2026-08-31"),
];

/// What every page of a facility says while use is restricted there.
const BANNER: &str = "この事業所に利用制限がかかっています。";

/// These fields with some changed.
fn with<'a>(fields: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed).copied().collect()
}

struct Desk {
    world: World,
    secretariat: Browser,
    administrator: Browser,
    new: String,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let (secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
        let (administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        let new = format!("/facilities/{}/papers/new", world.facility);
        Self { world, secretariat, administrator, new }
    }

    /// The 事務局 files one; its page.
    async fn file(&mut self, fields: &[(&str, &str)]) -> String {
        self.secretariat.get(&self.new.clone()).await.status(200);
        let filed = self.secretariat.submit(&self.new.clone(), fields).await;
        filed.location.clone().unwrap_or_else(|| panic!("{}", filed.body))
    }

    fn today(&self) -> String {
        format!("/facilities/{}/today", self.world.facility)
    }
}

#[tokio::test]
async fn guidance_is_answered_sent_back_answered_again_and_accepted_and_every_answer_stays() {
    let mut desk = Desk::new().await;
    let paper = desk.file(GUIDANCE).await;
    desk.secretariat.get(&paper).await.says("注意・指導 第1号").says("回答待ち").says("注意・指導を出す").says("2026年8月17日 まで");
    desk.administrator.get(&desk.today()).await.says("回答を待つ注意・指導が1件あります。");
    desk.administrator.get(&paper).await.says("全台を更新する").says("§20-3").says("行ったことを回答する");
    act(&mut desk.administrator, &paper, "accept", &[]).await.status(422).says("いま「回答待ち」");
    act(&mut desk.administrator, &paper, "answer", &[]).await.status(422).says("「行った対応」を入れてください");
    act(&mut desk.administrator, &paper, "answer", &[("answer", "2台を更新した")]).await.redirects_to(&paper);
    submit(&mut desk.administrator, &paper, "1", "accept", &[]).await.status(422).says("この手続きは事務局が行います");

    desk.secretariat.get("/").await.says("注意・指導への回答が1件届いています。");
    desk.secretariat.get("/measures").await.says("さくら架空診療所").says("回答あり（確認待ち）");
    act(&mut desk.secretariat, &paper, "answer", &[("answer", "x")]).await.status(422);
    let sooner = [("why", "残り1台"), ("until", "2026-08-10")];
    act(&mut desk.secretariat, &paper, "send_back", &sooner).await.status(422).says("いまの最終日より後の日");
    let more_time = [("why", "残り1台"), ("until", "2026-08-24")];
    act(&mut desk.secretariat, &paper, "send_back", &more_time).await.redirects_to(&paper);
    desk.administrator.get(&paper).await.says("2026年8月24日 まで").says("残り1台");
    act(&mut desk.administrator, &paper, "answer", &[("answer", "全台を更新した")]).await.redirects_to(&paper);
    act(&mut desk.secretariat, &paper, "accept", &[]).await.redirects_to(&paper);
    desk.administrator.get(&paper).await.says("完了").says("2台を更新した").says("全台を更新した");
    desk.administrator.get(&format!("{paper}/print")).await.says("決裁欄").says("是正確認").says("全台を更新した");
    desk.secretariat.get("/measures").await.says("終わっていない注意・指導と利用制限はありません。");
    assert_eq!(desk.world.acts("paper_filed").await, ["kind=guidance"]);
    assert_eq!(desk.world.acts("paper_approved").await, ["kind=guidance act=accept state=closed"]);
}

#[tokio::test]
async fn an_answer_that_is_overdue_stands_in_the_list_of_both_and_goes_to_the_council_without_losing_its_answer() {
    let mut desk = Desk::new().await;
    let paper = desk.file(GUIDANCE).await;
    desk.world.clock.set(MORNING.plus_days(15));
    let (mut secretariat, _) = desk.world.signed_in(desk.world.region, None, "jimukyoku2").await;
    let (mut head, _) = desk.world.signed_in_as(Role::Head, desk.world.region, Some(desk.world.facility), "shocho").await;
    head.get(&desk.today()).await.says("回答の期限を過ぎた注意・指導が1件あります。");
    secretariat.get("/").await.says("回答の期限を過ぎた注意・指導が1件あります。");
    secretariat.get("/measures").await.says("回答の期限超過");
    act(&mut secretariat, &paper, "escalate", &[]).await.status(422).says("理由を");
    act(&mut secretariat, &paper, "escalate", &[("why", "回答がない")]).await.redirects_to(&paper);
    head.get(&desk.today()).await.says("協議会に上申された注意・指導が1件あり、回答を待っています。");
    secretariat.get("/").await.says("協議会に上申された注意・指導が1件");
    act(&mut head, &paper, "answer", &[("answer", "全台を更新した")]).await.redirects_to(&paper);
    secretariat.get("/").await.says("注意・指導への回答が1件届いています。");
}

#[tokio::test]
async fn of_two_who_decide_on_an_answer_at_once_the_second_is_told() {
    let mut desk = Desk::new().await;
    let paper = desk.file(GUIDANCE).await;
    act(&mut desk.administrator, &paper, "answer", &[("answer", "更新した")]).await.redirects_to(&paper);
    desk.secretariat.get(&paper).await.status(200);
    submit(&mut desk.secretariat, &paper, "1", "accept", &[]).await.redirects_to(&paper);
    let late = submit(&mut desk.secretariat, &paper, "1", "escalate", &[("why", "見本")]).await;
    late.status(409).says("すでにご自身で「").says("あとの操作は何も変えていません");
    desk.secretariat.get(&paper).await.says("完了");
}

#[tokio::test]
async fn use_is_restricted_with_a_banner_until_its_last_day_or_until_it_is_lifted() {
    let mut desk = Desk::new().await;
    let guidance = desk.file(GUIDANCE).await;
    desk.secretariat.get(&guidance).await.says("利用制限を続けて書く");
    let wrong = desk.secretariat.submit(&desk.new.clone(), &with(RESTRICTION, &[("follows", "7")])).await;
    wrong.status(422).says("この事業所の「注意・指導」の番号を");
    let paper = desk.file(&with(RESTRICTION, &[("follows", "第１号")])).await;
    desk.secretariat.get(&paper).await.says("制限中").says("禁止（すべて）").says("注意・指導 第1号");
    let page = desk.administrator.get(&desk.today()).await;
    assert!(page.body.contains(BANNER) && page.body.contains(&format!("href=\"{paper}\"")), "{}", page.body);
    act(&mut desk.administrator, &paper, "lift", &[("why", "x")]).await.status(422).says("この手続きは事務局が行います");
    desk.file(&with(RESTRICTION, &[("scope", "facility"), ("from", "2026-08-05")])).await;
    let (mut neighbour, _) = desk.world.signed_in(desk.world.region, Some(desk.world.neighbour), "tonari").await;
    let quiet = neighbour.get(&format!("/facilities/{}/today", desk.world.neighbour)).await.status(200).body.clone();
    assert!(!quiet.contains(BANNER), "another facility's: {quiet}");

    act(&mut desk.secretariat, &paper, "prolong", &[("why", "再発"), ("until", "2026-08-31")]).await.status(422);
    act(&mut desk.secretariat, &paper, "prolong", &[("why", "再発"), ("until", "2026-09-10")]).await.redirects_to(&paper);
    desk.secretariat.get(&paper).await.says("2026年8月3日 – 2026年9月10日");
    act(&mut desk.secretariat, &paper, "lift", &[("why", "是正を確かめた")]).await.redirects_to(&paper);
    desk.administrator.get(&paper).await.says("完了").says("是正を確かめた");
    let quiet = desk.administrator.get(&desk.today()).await.status(200).body.clone();
    assert!(!quiet.contains(BANNER), "the other one begins in two days: {quiet}");

    desk.world.clock.set(MORNING.plus_days(2));
    let (mut head, _) = desk.world.signed_in_as(Role::Head, desk.world.region, Some(desk.world.facility), "shocho").await;
    assert!(head.get(&desk.today()).await.body.contains(BANNER));
    desk.world.clock.set(MORNING.plus_days(29));
    let (mut secretariat, _) = desk.world.signed_in(desk.world.region, None, "jimukyoku2").await;
    secretariat.get("/").await.says("期間が終わった利用制限が1件あります。解除を記録するか、期間を延ばしてください。");
    let (mut auditor, _) = desk.world.signed_in_as(Role::Auditor, desk.world.region, Some(desk.world.facility), "kansa").await;
    let quiet = auditor.get(&desk.today()).await.status(200).body.clone();
    assert!(!quiet.contains(BANNER), "it never holds longer than was said: {quiet}");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_is_kept_and_each_files_what_is_theirs() {
    let mut desk = Desk::new().await;
    desk.secretariat.get(&desk.new.clone()).await.status(200).says("注意・指導を出す");
    for (changed, said) in [
        ([("until", "2026-08-02")], "最終日は、初日"),
        ([("until", "2027-02-29")], "最終日を、暦にある日で"),
        ([("until", "2027-08-03")], "期間は、全部で183日まで"),
        ([("clause", "§99")], "「規程の条項」を選び直してください"),
        ([("found", " ")], "「確認した事実」を入れてください"),
    ] {
        let page = desk.secretariat.submit(&desk.new.clone(), &with(GUIDANCE, &changed)).await;
        page.status(422).says(said);
        assert!(page.body.contains("全台を更新する"), "{said}");
    }
    let device = with(RESTRICTION, &[("scope", "device")]);
    desk.secretariat.submit(&desk.new.clone(), &device).await.status(422).says("台帳の機器を選んでください。");
    desk.administrator.get(&format!("{}?kind=guidance", desk.new)).await.status(403).says("あなたの役割");
    desk.administrator.get(&desk.new.clone()).await.status(200);
    desk.administrator.submit(&desk.new.clone(), GUIDANCE).await.status(403).says("あなたの役割");
    desk.secretariat.get(&format!("{}?kind=take_out", desk.new)).await.status(403).says("あなたの役割");
    assert!(desk.world.acts("paper_filed").await.is_empty());
    let (mut foreign, _) = desk.world.signed_in_as(Role::Secretariat, desk.world.other_region, None, "yoso").await;
    foreign.get(&desk.new.clone()).await.status(404);
    desk.administrator.get("/measures").await.status(404);
}

#[tokio::test]
async fn a_personal_devices_name_is_not_offered_to_the_secretariat() {
    let mut desk = Desk::new().await;
    let own = crate::domain::device::Ownership::Personal;
    let id = desk.world.add_device_of(own, desk.world.region, desk.world.facility, "花子の電話").await;
    desk.world.confirm(desk.world.facility, id).await;
    let form = desk.secretariat.get(&format!("{}?kind=restriction", desk.new)).await;
    assert!(form.body.contains(&id.to_string()) && !form.body.contains("花子の電話"), "{}", form.body);
}
