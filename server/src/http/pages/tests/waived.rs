//! 災害時特例 in papers (§25): what goes ahead without an approval while it holds, and what becomes of that afterwards; and what was let
//! in, turned into an application.

use super::browser::Browser;
use super::personal::{act, application, new_link, newest, own_link};
use super::world::{MORNING, World};
use crate::domain::disaster::Reach;
use crate::exceptions::{self, Deed};

struct Flood {
    world: World,
    exception: crate::domain::disaster::Exception,
    administrator: Browser,
}

impl Flood {
    /// One is in force in the whole region, for seven days from this morning.
    async fn new() -> Self {
        let world = World::new().await;
        let (administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        let mut tx = world.store.begin().await.expect("begins");
        let basis = ("規程第25条".to_owned(), false);
        let made = exceptions::activate(&mut tx, &act_of(&world), (world.region, Reach::Region), basis, 7).await;
        tx.commit().await.expect("commits");
        Self { exception: made.expect("activates"), world, administrator }
    }

    async fn decide(&self, deed: Deed) -> Result<(), String> {
        let mut tx = self.world.store.begin().await.expect("begins");
        let rules = hashimori_shared::pack::Pack::bundled().parameters().disaster.clone();
        let on = (self.world.region, self.exception.id, None);
        exceptions::act_on(&mut tx, &act_of(&self.world), on, deed, &rules).await.map_err(|failed| failed.to_string())?;
        tx.commit().await.expect("commits");
        Ok(())
    }
}

fn act_of(world: &World) -> exceptions::Act<'_> {
    use crate::clock::Clock as _;
    let now = world.clock.now();
    exceptions::Act { random: &world.random, doer: None, why: "大雨".to_owned(), event_at: now, now }
}

fn notice<'a>(applicant: &'a str, device: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("kind", "take_out"),
        ("applicant", applicant),
        ("device", device),
        ("form", "single"),
        ("contents", "訪問予定表"),
        ("medium", "タブレット"),
        ("purpose", "訪問看護"),
        ("place", "架空町"),
        ("protection", "起動時ロック"),
        ("from", "2026-08-03"),
        ("until", "2026-08-05"),
    ]
}

#[tokio::test]
async fn under_the_exception_a_personal_phone_is_used_at_once_even_where_they_are_prohibited_and_comes_to_clean_up() {
    let mut flood = Flood::new().await;
    let policy = format!("/facilities/{}/personal-devices", flood.world.facility);
    flood.administrator.get(&policy).await.status(200);
    flood.administrator.submit(&policy, &[("mode", "prohibited"), ("risk", "私物は使わない")]).await.redirects_to(&policy);
    let link = new_link(&flood.world, &mut flood.administrator).await;
    let mut nurse = Browser::new(&flood.world.router);
    nurse.get(&link).await.says("承認を待たずに進められます");
    let own = own_link(&nurse.submit(&link, &application(&[("unusable", ""), ("cause", "")])).await);
    let page = nurse.get(&own).await;
    page.says("災害時特例（承認は後で）");
    assert!(!page.body.contains("name=\"seen\""), "what is in use is cleared, not taken back");
    let paper = newest(&flood.world, &mut flood.administrator).await;
    flood.administrator.get(&paper).await.says("災害時特例により、承認を待たずに進められています");
    let detail = flood.world.acts("paper_filed").await.concat();
    assert!(detail.contains(&format!("exception={}", flood.exception.id)), "{detail}");
    let today = format!("/facilities/{}/today", flood.world.facility);
    assert!(!flood.administrator.get(&today).await.text().contains("整理が残って"));

    flood.world.clock.set(MORNING.plus_days(1));
    flood.decide(Deed::Lift).await.expect("lifts");
    let (mut administrator, _) =
        flood.world.signed_in_as(crate::domain::people::Role::Head, flood.world.region, Some(flood.world.facility), "shocho").await;
    administrator.get(&today).await.says("1件の整理が残って");
    administrator.get(&format!("/facilities/{}/disaster/let-in", flood.world.facility)).await.says("承認の前に進めた届出・申請が1件");
    administrator.get(&format!("/facilities/{}/papers?is=exempt", flood.world.facility)).await.says("髙﨑 𠮷男");
    administrator.get(&paper).await.says("災害時特例は終わりました");
    flood.decide(Deed::Report).await.expect("reports");
    assert_eq!(flood.decide(Deed::Close).await, Err("1 that were let in are not cleared".to_owned()));
    act(&mut administrator, &paper, "approve", &[]).await.status(422).says("利用を認めていません");
    let cleared = [("data", "yes"), ("logout", "yes"), ("passwords", "yes"), ("checker", "見本 花子")];
    act(&mut administrator, &paper, "confirm_end", &cleared).await.redirects_to(&paper);
    assert!(!administrator.get(&today).await.text().contains("整理が残って"));
    flood.decide(Deed::Close).await.expect("closes");
    // Nothing is waived any more.
    nurse.get(&link).await.status(200);
    nurse.submit(&link, &application(&[])).await.status(422).says("利用を認めていません");
}

#[tokio::test]
async fn only_what_begins_while_it_holds_goes_ahead_also_where_the_form_is_of_paper_and_entered_when_it_is_over() {
    let mut flood = Flood::new().await;
    let new = format!("/facilities/{}/papers/new", flood.world.facility);
    let policy = format!("/facilities/{}/personal-devices", flood.world.facility);
    flood.administrator.get(&policy).await.status(200);
    flood.administrator.submit(&policy, &[("mode", "prohibited"), ("risk", "私物は使わない")]).await.redirects_to(&policy);
    let file = async |administrator: &mut Browser, fields: &[(&str, &str)]| {
        administrator.get(&new).await.status(200);
        administrator.submit(&new, fields).await
    };
    let later = notice("見本 看護師", "").into_iter().map(|(name, value)| (name, if name == "from" { "2026-08-04" } else { value }));
    let later = file(&mut flood.administrator, &later.collect::<Vec<_>>()).await.location.expect("filed");
    flood.administrator.get(&later).await.says("承認待ち");
    let now = file(&mut flood.administrator, &notice("見本 看護師", "")).await.location.expect("filed");
    flood.administrator.get(&now).await.says("災害時特例（承認は後で）");

    flood.world.clock.set(MORNING.plus_days(1));
    flood.decide(Deed::Lift).await.expect("lifts");
    let (mut head, _) =
        flood.world.signed_in_as(crate::domain::people::Role::Head, flood.world.region, Some(flood.world.facility), "shocho").await;
    let on_paper = |from: &'static str| {
        let days = [("kind", "personal_device"), ("on", "2026-08-03"), ("from", from), ("unusable", ""), ("cause", "")];
        application(&days).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    for (from, stands) in [("2026-08-03", "災害時特例（承認は後で）"), ("2026-08-04", "承認待ち")] {
        let fields = on_paper(from);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let filed = file(&mut head, &fields).await;
        let paper = filed.location.clone().unwrap_or_else(|| panic!("{}", filed.text()));
        head.get(&paper).await.says(stands);
    }
}

#[tokio::test]
async fn a_notice_that_waited_goes_ahead_under_the_exception_and_is_approved_by_somebody_else_afterwards() {
    let world = World::new().await;
    let id = world.add_device(world.region, world.facility, "往診1").await;
    world.confirm(world.facility, id).await;
    let waits = format!("/papers/{}", world.add_paper(world.region, world.facility, Some(id), "見本 看護師").await);
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    act(&mut administrator, &waits, "use_exception", &[]).await.status(422).says("災害時特例は発動されていません");
    let mut tx = world.store.begin().await.expect("begins");
    let basis = ("規程第25条".to_owned(), false);
    exceptions::activate(&mut tx, &act_of(&world), (world.region, Reach::Region), basis, 7).await.expect("activates");
    tx.commit().await.expect("commits");
    administrator.get(&waits).await.says("災害時特例で、承認を待たずに進める");
    act(&mut administrator, &waits, "use_exception", &[("why", "浸水")]).await.redirects_to(&waits);
    administrator.get(&waits).await.says("災害時特例（承認は後で）");
    // A second one for the same days is still another notice.
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.says("承認を待たずに進められます");
    administrator.submit(&new, &notice("見本 看護師", &id.to_string())).await.status(422).says("期間の重なる書類");
    // Whoever asks approves nothing of their own, exception or not.
    let own = administrator.submit(&new, &notice("見本花子", "")).await.location.clone().expect("filed");
    act(&mut administrator, &own, "approve", &[]).await.status(422).says("ご自分では承認できません");
    act(&mut administrator, &waits, "approve", &[]).await.redirects_to(&waits);
    administrator.get(&waits).await.says("持出中");
    act(&mut administrator, &own, "return", &[]).await.redirects_to(&own);
    administrator.get(&own).await.says("返却の確認待ち");
}

#[tokio::test]
async fn what_was_let_in_becomes_an_application_and_is_cleared_only_by_its_approval() {
    let mut flood = Flood::new().await;
    let list = format!("/facilities/{}/disaster/let-in", flood.world.facility);
    flood.administrator.get(&list).await.status(200);
    for (whose, name) in [("lent", "見本 共用"), ("own", "髙﨑 𠮷男")] {
        flood.administrator.submit(&list, &[("whose", whose), ("name", name), ("machine", "phone")]).await.redirects_to(&list);
    }
    flood.decide(Deed::Lift).await.expect("lifts");
    let page = flood.administrator.get(&list).await;
    let apply = page.link("このまま使うので、利用を申請する（§20-7）").replace("&amp;", "&");
    assert_eq!(page.body.matches("利用を申請する").count(), 1, "not for what is lent: {}", page.text());
    let form = flood.administrator.get(&apply).await;
    form.status(200);
    let entry = form.field("let_in");
    assert!(form.body.contains("value=\"髙﨑 𠮷男\"") && form.body.contains("<option value=\"disaster\" selected>"), "{}", form.body);
    let clear = format!("/facilities/{}/disaster/clear", flood.world.facility);
    flood
        .administrator
        .submit(&clear, &[("id", &entry), ("how", "application"), ("why", "x")])
        .await
        .status(422)
        .says("利用申請が承認されると");

    let new = format!("/facilities/{}/papers/new", flood.world.facility);
    let filled = application(&[("let_in", &entry), ("until", "bad")]);
    let wrong = flood.administrator.submit(&new, &filled).await;
    wrong.status(422);
    assert_eq!(wrong.field("let_in"), entry, "kept with what was typed");
    let paper = flood.administrator.submit(&new, &application(&[("let_in", &entry)])).await.location.clone().expect("filed");
    flood.administrator.get(&list).await.says("利用申請（第1号）").says("未整理");
    act(&mut flood.administrator, &paper, "refuse", &[("why", "機器が戻った")]).await.redirects_to(&paper);
    flood.administrator.get(&list).await.says("未整理");
    let again = flood.administrator.submit(&new, &application(&[("let_in", &entry)])).await.location.clone().expect("filed");
    act(&mut flood.administrator, &again, "approve", &[]).await.redirects_to(&again);
    flood.administrator.get(&list).await.says("個人所有機器の利用申請が承認された");
    assert_eq!(flood.world.acts("disaster_cleared").await.len(), 1);
    flood.administrator.get(&apply).await.status(409).says("利用申請にできません");
    let (mut neighbour, _) = flood.world.signed_in(flood.world.region, Some(flood.world.neighbour), "tonari").await;
    let theirs = apply.replace(&flood.world.facility.to_string(), &flood.world.neighbour.to_string());
    neighbour.get(&theirs).await.status(404);
}
