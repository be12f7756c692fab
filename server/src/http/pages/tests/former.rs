//! Erasing a name: asked once more, refused while it is needed, and gone from every page; and what is kept how long, on the pages.

use super::browser::Browser;
use super::personal::act;
use super::world::{MORNING, World};
use crate::domain::people::Role;
use crate::store::log;

#[tokio::test]
async fn a_name_is_erased_after_a_reason_and_a_fresh_proof_and_the_log_says_only_that_it_was() {
    let world = World::new().await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let link = world.link_named(Role::Auditor, "taro", "見本 太郎").await;
    world.set_up(&link).await;
    let taro = world.person("taro").await;
    let erase = format!("/accounts/{taro}/erase");
    office.get("/accounts/former").await.status(200).says("役割を離れて氏名が残っている人はいません").says("5年");
    office.get("/accounts").await.status(200);
    office.submit(&erase, &[("why", "見本"), ("confirmed", "yes")]).await.status(409).says("先に退任としてください");

    office.get("/accounts").await;
    let end = format!("/facilities/{}/people/end", world.facility);
    let person = taro.to_string();
    let asked = office.submit(&end, &[("person", &person)]).await;
    let appointment = asked.field("appointment");
    office.submit(&end, &[("person", &person), ("appointment", &appointment), ("why", "任期の終わり"), ("confirmed", "yes")]).await;
    office.get("/accounts/former").await.says("見本 太郎").says("taro").says("さくら架空診療所");

    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, None, "etsuran").await;
    let read = auditor.get("/accounts/former").await;
    read.status(200).says("見本 太郎");
    assert!(!read.body.contains(&erase), "an auditor reads");

    office.get("/accounts/former").await;
    office.submit(&erase, &[]).await.status(200).says("まだ何も変わっていません").says("見本 太郎さんの氏名とログインID");
    office.submit(&erase, &[("confirmed", "yes"), ("why", " ")]).await.status(422).says("理由を");
    office.get("/accounts/former").await.says("見本 太郎");
    office.submit(&erase, &[("confirmed", "yes"), ("why", "本人の求めによる")]).await.redirects_to("/accounts/former");
    let after = office.get("/accounts/former").await;
    assert!(!after.body.contains("太郎"), "{}", after.text());
    office.submit(&erase, &[("confirmed", "yes"), ("why", "もう一度")]).await.status(409);
    let log = office.get("/log?act=person_erased").await;
    log.status(200).says("氏名の消去").says("本人の求めによる");
    let whole = office.get("/log").await;
    assert!(!whole.body.contains("太郎"), "{}", whole.text());
    whole.says("氏名は消去されています");
    let people = office.get(&format!("/facilities/{}/people", world.facility)).await;
    assert!(!people.body.contains("太郎"), "{}", people.text());
}

/// Every column of every table in which these letters stand.
async fn standing_in(world: &World, letters: &str) -> Vec<String> {
    let tables = "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' \
                  AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '_sqlx%' ORDER BY 1";
    let columns: Vec<String> = sqlx::query_scalar(tables).fetch_all(world.store.read()).await.expect("reads");
    assert!(columns.len() > 300, "the whole schema: {}", columns.len());
    let mut found = Vec::new();
    for name in columns {
        let (table, column) = name.split_once('.').expect("table.column");
        let sql = format!("SELECT count(*) FROM {table} WHERE CAST({column} AS TEXT) LIKE '%' || $1 || '%'");
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(letters).fetch_one(world.store.read()).await.expect("reads");
        if rows > 0 {
            found.push(name);
        }
    }
    found
}

/// A 持出届 for somebody; its path.
pub(super) async fn file(browser: &mut Browser, world: &World, applicant: &str) -> String {
    let new = format!("/facilities/{}/papers/new", world.facility);
    browser.get(&new).await.status(200);
    let fields = [
        ("kind", "take_out"),
        ("applicant", applicant),
        ("device", ""),
        ("form", "single"),
        ("contents", "訪問予定表"),
        ("medium", "紙"),
        ("purpose", "訪問看護"),
        ("place", "架空町"),
        ("protection", "封筒"),
        ("from", "2026-08-03"),
        ("until", "2026-08-05"),
    ];
    let filed = browser.submit(&new, &fields).await;
    filed.location.clone().unwrap_or_else(|| panic!("{}", filed.text()))
}

#[tokio::test]
async fn somebody_who_asked_approved_and_reported_is_erased_from_every_table_but_the_facilitys_own_list_and_the_log_is_proven() {
    let world = World::new().await;
    let key = log::ensure_key(&world.store, &world.master, &world.random, MORNING).await.expect("a key");
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let link = world.link_named(Role::Administrator, "taro", "見本 太郎").await;
    let (mut taro, _) = world.set_up(&link).await;
    let device = world.add_device(world.region, world.facility, "往診用ノート").await;
    world.confirm(world.facility, device).await;
    // As applicant, as approver, as whoever reports a loss; and on the list of staff.
    let own = file(&mut taro, &world, "見本 太郎").await;
    act(&mut head, &own, "approve", &[]).await.redirects_to(&own);
    let theirs = file(&mut head, &world, "見本 看護師").await;
    act(&mut taro, &theirs, "approve", &[("why", "訪問のため")]).await.redirects_to(&theirs);
    let lost = format!("/devices/{device}/lost");
    let at = taro.get(&lost).await.joined("at");
    let incident = taro.submit(&lost, &[("at", &at), ("why", "電車に置き忘れた")]).await.location.expect("leads to the incident");
    let number = world.add_member(world.region, world.facility, "見本 太郎").await;
    assert!(standing_in(&world, "太郎").await.len() > 3, "everywhere");

    // Where there is a head, it is theirs to end the role.
    head.get(&format!("/facilities/{}/people", world.facility)).await.status(200);
    let end = format!("/facilities/{}/people/end", world.facility);
    let person = world.person("taro").await.to_string();
    let appointment = head.submit(&end, &[("person", &person)]).await.field("appointment");
    let ending = [("person", person.as_str()), ("appointment", &appointment), ("why", "任期の終わり"), ("confirmed", "yes")];
    head.submit(&end, &ending).await.status(303);
    let erase = format!("/accounts/{person}/erase");
    office.get("/accounts/former").await.says("見本 太郎");
    let erasing = [("confirmed", "yes"), ("why", "本人の求めによる")];
    office.submit(&erase, &erasing).await.status(409).says("この人の届出・申請が終わっていません");
    act(&mut head, &own, "withdraw", &[("why", "退任")]).await.redirects_to(&own);
    office.submit(&erase, &erasing).await.status(409).says("この人の届出・申請が終わっていません");
    let closing = [("cause", "置き忘れ"), ("prevention", "持ち物の確認")];
    act(&mut head, &incident, "close_incident", &closing).await.redirects_to(&incident);
    office.get("/accounts/former").await;
    office.submit(&erase, &erasing).await.redirects_to("/accounts/former");

    assert_eq!(standing_in(&world, "太郎").await, ["member.name"]);
    assert_eq!(standing_in(&world, "taro").await, [""; 0]);
    for path in [&own, &theirs, &incident, &format!("/devices/{device}"), &format!("/facilities/{}/people", world.facility)] {
        let page = head.get(path).await;
        page.status(200);
        assert!(!page.body.contains("太郎"), "{path}: {}", page.text());
    }
    head.get(&theirs).await.says("訪問のため").says("見本 看護師");
    // The list of staff is the facility's: it is forgotten there once the person has left.
    let staff = format!("/facilities/{}/staff", world.facility);
    let one = format!("{staff}/{number}");
    head.get(&one).await.says("見本 太郎");
    act(&mut head, &one, "leave", &[("day", "2026-08-03"), ("why", "見本 太郎の退職")]).await.redirects_to(&one);
    let items = [("item", "membership"), ("item", "devices"), ("item", "accounts")];
    act(&mut head, &one, "clear", &items).await.redirects_to(&one);
    act(&mut head, &one, "forget", &[("why", "本人の求めによる")]).await.redirects_to(&format!("{staff}?done=removed"));
    assert_eq!(standing_in(&world, "太郎").await, [""; 0]);

    while log::seal(&world.store, &key, MORNING, None).await.expect("seals").more {}
    let whole = log::verify(&world.store, &key, None).await.expect("reads").expect("the chain is whole");
    assert!(whole.erased > 3 && whole.waiting == 0, "{whole:?}");
}

#[tokio::test]
async fn an_erased_account_is_offered_for_no_role_and_its_sign_in_name_can_be_given_anew() {
    let world = World::new().await;
    let (mut office, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let link = world.link_in_region(Role::Auditor, "taro", "見本 太郎").await;
    world.set_up(&link).await;
    let person = world.person("taro").await.to_string();
    office.get("/accounts").await;
    let asked = office.submit("/accounts/end", &[("person", &person)]).await;
    let appointment = asked.field("appointment");
    let end = [("person", person.as_str()), ("appointment", &appointment), ("why", "任期の終わり"), ("confirmed", "yes")];
    office.submit("/accounts/end", &end).await.redirects_to("/accounts");
    office.get("/accounts/appoint?role=auditor").await.says("見本 太郎");
    office.get("/accounts/former").await;
    office.submit(&format!("/accounts/{person}/erase"), &[("confirmed", "yes"), ("why", "見本")]).await.redirects_to("/accounts/former");
    let offered = office.get("/accounts/appoint?role=auditor").await;
    assert!(!offered.body.contains(&person), "{}", offered.text());
    world.link_in_region(Role::Auditor, "taro", "見本 次郎").await;
    assert_ne!(world.person("taro").await.to_string(), person);
}

#[tokio::test]
async fn what_is_kept_how_long_stands_on_the_page_of_the_rules_and_on_the_one_for_anybody() {
    let world = World::new().await;
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, Some(world.facility), "kansa").await;
    auditor
        .get("/rules")
        .await
        .status(200)
        .says("保存期間")
        .says("状態報告（機器から届いた内容）")
        .says("13か月")
        .says("規程には保存期間の定めがない");
    let mut anybody = super::browser::Browser::liking(&world.router, "en");
    anybody.get("/what-is-checked").await.status(200).says("deleted after 13 months").says("after 5 years");
}
