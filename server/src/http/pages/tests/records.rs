//! 検討記録 and 事業所の自己点検票 as a facility writes them: kept until their next look, which stands in 今日の対応 by the clock.

use super::browser::{Browser, Page};
use super::steps::submit;
use super::world::{MORNING, World};
use crate::domain::people::Role;

const CONSIDERATION: &[(&str, &str)] = &[
    ("kind", "consideration"),
    ("applicant", "見本 花子"),
    ("subject", "mdm"),
    ("considered", "台数が少なく、手間に見合わない"),
    ("verdict", "not_adopted"),
    ("decision", "台帳と点検プログラムで代える"),
    ("present", "所長、管理者"),
    ("from", "2026-08-01"),
    ("until", "2027-08-01"),
];

const CHECK: &[(&str, &str)] = &[
    ("kind", "facility_check"),
    ("applicant", "見本 花子"),
    ("law", "yes"),
    ("guideline", "yes"),
    ("edition", "第7.0版"),
    ("guidance", "yes"),
    ("notes", "no"),
    ("administrators", "yes"),
    ("lending", "yes"),
    ("grade", "administrator"),
    ("target", "2026-09-30"),
    ("from", "2026-08-03"),
    ("until", "2027-08-03"),
];

fn with<'a>(fields: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed).copied().collect()
}

async fn file(browser: &mut Browser, world: &World, fields: &[(&str, &str)]) -> Page {
    let new = format!("/facilities/{}/papers/new", world.facility);
    browser.get(&format!("{new}?kind=consideration")).await.status(200);
    browser.submit(&new, fields).await
}

/// Takes a step with a paper as somebody has seen it.
async fn step(browser: &mut Browser, (paper, seen): (&str, &str), act: &str, fields: &[(&str, &str)]) -> Page {
    browser.get(paper).await.status(200);
    submit(browser, paper, seen, act, fields).await
}

#[tokio::test]
async fn a_consideration_is_due_again_by_the_clock_and_its_earlier_decision_stays() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    file(&mut browser, &world, &with(CONSIDERATION, &[("from", "2026-08-04")])).await.status(422).says("今日までの日にしてください");
    file(&mut browser, &world, &with(CONSIDERATION, &[("until", "2028-08-01")])).await.status(422).says("396日まで");
    let filed = file(&mut browser, &world, CONSIDERATION).await;
    let paper = filed.location.clone().unwrap_or_else(|| panic!("{}", filed.body));
    browser.get(&paper).await.says("検討記録 第1号").says("有効").says("2026年8月1日（次は 2027年8月1日まで）").says("使わないことにした");
    browser.get(&format!("{paper}/print")).await.says("決裁欄").says("事業所管理者").says("台帳と点検プログラムで代える");
    let today = format!("/facilities/{}/today", world.facility);
    let quiet = browser.get(&today).await.status(200).text();
    assert!(!quiet.contains("見直しの時期が来た（7日以内"), "{quiet}");

    world.clock.set(MORNING.plus_days(359));
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, Some(world.facility), "kansa").await;
    auditor.get(&today).await.says("検討記録・自己点検票が1件あります。").says("まだ一度も書いていないものが1種類あります。");
    world.clock.set(MORNING.plus_days(370));
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let form = head.get(&paper).await;
    form.says("見直しの時期");
    assert!(form.body.contains("台帳と点検プログラムで代える</textarea>"), "what was decided is there to go on from: {}", form.body);
    let again = [("verdict", "adopted"), ("decision", "機器が増えたので使う"), ("present", "所長、管理者"), ("until", "2028-08-01")];
    step(&mut head, (&paper, "0"), "review", &with(&again, &[("until", "2026-09-01")])).await.status(422).says("最終日");
    step(&mut head, (&paper, "0"), "review", &again).await.redirects_to(&paper);
    head.get(&paper).await.says("使うことにした").says("機器が増えたので使う").says("（次は 2028年8月1日まで）");
    let quiet = head.get(&today).await.status(200).text();
    assert!(!quiet.contains("見直しの時期が来た（7日以内"), "{quiet}");
    assert_eq!(world.acts("paper_moved").await, ["kind=consideration act=review state=kept"]);
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    step(&mut secretariat, (&paper, "1"), "end_record", &[("why", "x")]).await.status(422).says("あなたの役割ではできません");
}

#[tokio::test]
async fn a_new_sheet_of_a_facilitys_self_check_ends_the_one_before_and_a_no_has_its_target_day() {
    let world = World::new().await;
    let (mut browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    file(&mut browser, &world, &with(CHECK, &[("target", "")])).await.status(422).says("「「いいえ」を直す目標日」を入れてください");
    file(&mut browser, &world, &with(CHECK, &[("law", "")])).await.status(422).says("（§9）」を入れてください");
    let first = file(&mut browser, &world, CHECK).await.location.clone().expect("filed");
    browser.get(&first).await.says("有効").says("管理者確認").says("第7.0版").says("2026-09-30");
    let other = file(&mut browser, &world, CONSIDERATION).await.location.clone().expect("filed");
    let second = file(&mut browser, &world, &with(CHECK, &[("notes", "yes"), ("target", "")])).await.location.clone().expect("filed");
    browser.get(&first).await.says("完了").says("第2号に替えました").says("2026-09-30");
    browser.get(&second).await.says("有効");
    browser.get(&other).await.says("有効");
    step(&mut browser, (&first, "1"), "end_record", &[("why", "x")]).await.status(422).says("いま「完了」");
    assert_eq!(world.acts("paper_moved").await, ["kind=facility_check act=end_record state=closed"]);
}
