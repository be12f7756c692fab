//! 選任・交代・欠員・代行・閲覧 as people do them, and what the 事務局 and auditors see of others' own devices.

use hashimori_shared::report::sample;

use super::super::sign_in::encode;
use super::api::Machine;
use super::browser::{Browser, Page};
use super::world::{MORNING, World};
use crate::clock::Clock as _;
use crate::domain::device::Ownership;
use crate::domain::people::Role;
use crate::domain::people::session::FRESH_S;
use crate::store::{appointment, log};

const NEW: [(&str, &str); 5] = [("role", "administrator"), ("who", "new"), ("name", "見本 次郎"), ("login", "jiro"), ("why", "異動のため")];

fn people(world: &World) -> String {
    format!("/facilities/{}/people", world.facility)
}

/// Sends a form, then what the page that asks once more holds.
async fn decide(browser: &mut Browser, path: &str, typed: &[(&str, &str)]) -> Page {
    let asked = browser.submit(path, typed).await;
    asked.status(200).says("まだ何も変わっていません");
    confirm(browser, path, &asked, typed).await
}

async fn confirm(browser: &mut Browser, path: &str, asked: &Page, typed: &[(&str, &str)]) -> Page {
    let hidden: Vec<(&str, String)> = ["role", "seen", "who", "name", "login", "why", "person", "appointment"]
        .into_iter()
        .filter(|name| asked.body.contains(&format!("type=\"hidden\" name=\"{name}\"")))
        .map(|name| (name, asked.field(name)))
        .collect();
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend(typed.iter().filter(|(name, _)| *name == "why" && !hidden.iter().any(|(known, _)| known == name)));
    fields.push(("confirmed", "yes"));
    browser.submit(path, &fields).await
}

fn link(page: &Page) -> String {
    page.body.split("https://hashimori.example").nth(1).and_then(|rest| rest.split('<').next()).expect("a link").to_owned()
}

async fn log_lines(world: &World) -> Vec<String> {
    let found = log::list(&world.store, log::Reach::Facility(world.facility), &log::Filter::default(), 50).await.expect("reads");
    found.into_iter().map(|l| format!("{} {} {}", l.entry.what, l.entry.detail, l.words.map(|w| w.remark).unwrap_or_default())).collect()
}

#[tokio::test]
async fn the_head_fills_a_vacancy_with_a_new_account_whose_link_is_shown_once() {
    let world = World::new().await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let path = people(&world);
    head.get(&format!("/facilities/{}", world.facility)).await.says("管理者が、今日から欠員です");
    head.get(&path).await.status(200).says("事業所管理者").says("選任する");
    let form = format!("{path}/appoint");
    head.get(&format!("{form}?role=administrator")).await.status(200).says("新しい人のときだけ");
    for (wrong, says) in [
        (("login", "事務局"), "3文字から64文字"),
        (("name", " "), "お名前は"),
        (("why", ""), "理由を"),
        (("who", "x"), "選び直してください"),
    ] {
        let typed: Vec<_> = NEW.iter().map(|&(name, value)| if name == wrong.0 { wrong } else { (name, value) }).collect();
        let page = head.submit(&form, &typed).await;
        page.status(422).says(says);
        assert!(page.body.contains("value=\"見本 次郎\"") || wrong.0 == "name", "what was typed is kept");
    }
    let asked = head.submit(&form, &NEW).await;
    asked.status(200).says("見本 次郎さんがいつつばし連絡帳管理者になります").says("一度だけ使えるリンクを、次の画面に");
    head.get(&path).await.says("管理者が、今日から欠員です");
    confirm(&mut head, &form, &asked, &[]).await.redirects_to(&format!("{path}/issued"));
    let issued = head.get(&format!("{path}/issued")).await;
    issued.says("見本 次郎さん専用").says("この画面でしか見られません");
    head.get(&format!("{path}/issued")).await.says("一度だけ表示します");
    let page = head.get(&path).await;
    page.says("リンク発行済み").says("理由: 異動のため").says("交代する");
    assert!(!page.text().contains("欠員です"));
    let (mut administrator, _) = world.set_up(&link(&issued)).await;
    administrator.get(&path).await.status(200);
    administrator.get(&format!("{form}?role=deputy")).await.status(403).says("あなたの役割（いつつばし連絡帳管理者）");
    assert!(log_lines(&world).await.contains(&"appointed role=administrator 異動のため".to_owned()));
}

#[tokio::test]
async fn at_a_hand_over_everything_the_former_could_come_in_with_dies_and_what_is_open_stays() {
    let world = World::new().await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let (mut former, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let waiting = world.add_device(world.region, world.facility, "受付1").await;
    let codes = format!("/facilities/{}/codes", world.facility);
    former.get(&codes).await.status(200);
    former.submit(&codes, &[("uses", "5"), ("hours", "24")]).await.redirects_to(&format!("{codes}/issued"));
    let form = format!("{}/appoint", people(&world));
    let shown = head.get(&format!("{form}?role=administrator")).await;
    shown.says("いまは見本 花子さんです");
    let seen = shown.field("seen");
    // A link of the former, handed out before, and one being used at this moment.
    let old_link = world.link(world.region, Some(world.facility), "hanako").await;
    let mut half_way = Browser::new(&world.router);
    half_way.get(&old_link).await.status(200);
    half_way.submit(&old_link, &[]).await.redirects_to("/setup");
    let typed: Vec<_> = NEW.into_iter().chain([("seen", seen.as_str())]).collect();
    let done = decide(&mut head, &form, &typed).await;
    done.redirects_to(&format!("{}/issued", people(&world)));
    former.get("/account").await.redirects_to("/sign-in?next=/account");
    Browser::new(&world.router).get(&old_link).await.status(404).says("このリンクは使えません");
    half_way.get("/setup").await.status(404).says("このリンクは使えません");
    assert!(world.store.list_live_codes(world.facility, None, (world.clock.now(), 9)).await.expect("lists").is_empty());
    assert_eq!(world.standing(&waiting.to_string()).await.as_deref(), Some("pending"));
    head.get(&people(&world)).await.says("見本 次郎").says("これまでの担当者");
    let past = appointment::list_past(world.store.read(), world.facility, 5).await.expect("reads");
    assert_eq!((past.len(), past[0].role, past[0].why.as_str()), (1, Role::Administrator, "異動のため"));
    assert!(log_lines(&world).await.iter().any(|line| line.starts_with("handed_over role=administrator former=")));
    // Back again, as the deputy: an account that was closed needs a link once more.
    world.allow_deputies(world.facility).await;
    let hanako = world.person("hanako").await.to_string();
    let again = [("role", "deputy"), ("who", hanako.as_str()), ("why", "復職のため")];
    decide(&mut head, &form, &again).await.redirects_to(&format!("{}/issued", people(&world)));
    let back = world.set_up(&link(&head.get(&format!("{}/issued", people(&world))).await)).await;
    let (mut deputy, _) = back;
    deputy.get(&people(&world)).await.status(200).says("代行者");
}

#[tokio::test]
async fn of_two_people_who_appoint_at_once_the_second_is_told_what_the_first_did() {
    let world = World::new().await;
    let (mut one, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut two, _) = world.signed_in(world.region, None, "jimukyoku2").await;
    let form = format!("{}/appoint", people(&world));
    for browser in [&mut one, &mut two] {
        browser.get(&format!("{form}?role=administrator")).await.status(200);
    }
    let asked = two.submit(&form, &[&NEW[..3], &[("login", "saburo"), ("why", "欠員のため")]].concat()).await;
    asked.status(200);
    decide(&mut one, &form, &NEW).await.redirects_to(&format!("{}/issued", people(&world)));
    let late = confirm(&mut two, &form, &asked, &[]).await;
    late.status(409).says("先に見本 花子さんが2026年8月3日 09:00に見本 次郎さんを選任しました").says("何も変えていません");
    assert!(late.body.contains("value=\"saburo\"") && late.body.contains("欠員のため"), "what was typed is kept");
    let held = appointment::list(world.store.read(), world.facility, world.clock.now()).await.expect("reads");
    assert_eq!(held.iter().map(|h| h.person.login.as_str()).collect::<Vec<_>>(), ["jiro"]);
    let jiro = world.person("jiro").await.to_string();
    let again = [("role", "administrator"), ("who", jiro.as_str()), ("seen", &held[0].id.to_string()), ("why", "念のため")];
    one.submit(&form, &again).await.status(409).says("すでにその役割です");
    // Whoever ends what has ended is told as well.
    let end = format!("{}/end", people(&world));
    let asked = two.submit(&end, &[("person", &jiro)]).await;
    asked.status(200).says("管理者が欠員になります");
    decide(&mut one, &end, &[("person", &jiro), ("why", "退職のため")]).await.redirects_to(&people(&world));
    confirm(&mut two, &end, &asked, &[("why", "退職")]).await.status(409).says("先に見本 花子さんが").says("終わらせました");
}

#[tokio::test]
async fn where_there_is_a_head_the_secretariat_appoints_no_administrator_and_nobody_changes_their_own_role() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let form = format!("{}/appoint", people(&world));
    secretariat.get(&format!("{form}?role=administrator")).await.status(403).says("あなたではありません");
    secretariat.get(&format!("{form}?role=auditor")).await.status(200);
    secretariat.submit(&form, &NEW).await.status(422).says("あなたではありません");
    head.get(&form).await;
    head.submit(&form, &[("role", "auditor"), ("who", "new"), ("name", "見本"), ("login", "kansa"), ("why", "監査のため")])
        .await
        .status(422)
        .says("あなたではありません");
    let own = world.person("shocho").await.to_string();
    head.submit(&form, &[("role", "administrator"), ("who", &own), ("why", "兼ねるため")]).await.status(422).says("自分の役割");
    let seen = secretariat.get(&format!("{form}?role=head")).await.field("seen");
    let typed = [("role", "head"), ("who", "new"), ("name", "見本 所長"), ("login", "shocho"), ("why", "交代のため"), ("seen", &seen)];
    secretariat.submit(&form, &typed).await.status(422).says("使われています");
}

#[tokio::test]
async fn the_last_secretariat_stays_and_one_of_two_can_be_ended_by_the_other() {
    let world = World::new().await;
    let (mut one, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let own = world.person("jimukyoku").await.to_string();
    one.get("/accounts").await.status(200).says("事務局の人を選任する");
    one.submit("/accounts/end", &[("person", &own)]).await.status(409).says("自分の役割は自分では変えられません");
    // Behind a fresh proof; what was typed is kept.
    world.clock.advance(FRESH_S);
    let typed = [("role", "secretariat"), ("who", "new"), ("name", "見本 二郎"), ("login", "jimukyoku2"), ("why", "2人目")];
    one.submit("/accounts/appoint", &typed).await.redirects_to("/step-up?next=/step-up/continue");
    one.get("/step-up?next=/step-up/continue").await.status(200);
    one.submit("/step-up", &[("code", &world.code(&seed)), ("next", "/step-up/continue")]).await.redirects_to("/step-up/continue");
    let kept = one.get("/step-up/continue").await;
    assert!(kept.body.contains("value=\"jimukyoku2\""), "{}", kept.body);
    decide(&mut one, "/accounts/appoint", &typed).await.redirects_to("/accounts/issued");
    let (mut two, _) = world.set_up(&link(&one.get("/accounts/issued").await)).await;
    two.get("/accounts").await.status(200);
    let asked = two.submit("/accounts/end", &[("person", &own)]).await;
    asked.status(200);
    confirm(&mut two, "/accounts/end", &asked, &[]).await.status(422).says("理由を");
    confirm(&mut two, "/accounts/end", &asked, &[("why", "退職のため")]).await.redirects_to("/accounts");
    one.get("/accounts").await.redirects_to("/sign-in?next=/accounts");
    let mut tx = world.store.begin_ledger().await.expect("begins");
    let now = world.clock.now();
    let hands = crate::appointments::Hands { random: &world.random, now, doer: None, deputies_everywhere: false };
    let last = appointment::list_regional(&mut *tx, world.region, now).await.expect("reads").pop().expect("one");
    let refused = crate::appointments::end(&mut tx, &hands, &last, "見本").await;
    assert!(matches!(refused, Err(crate::appointments::Refused::LastSecretariat)), "{refused:?}");
}

#[tokio::test]
async fn a_deputy_acts_only_between_the_dates_that_the_head_sets() {
    let world = World::new().await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let path = people(&world);
    let form = format!("{path}/appoint");
    head.get(&path).await.says("いまは代行者を置いていません");
    let daiko = [("role", "deputy"), ("who", "new"), ("name", "見本 代行"), ("login", "daiko"), ("why", "長期休暇")];
    head.submit(&form, &daiko).await.status(422).says("先に「代行者を置く」");
    let switch = format!("{path}/deputy");
    head.submit(&switch, &[("on", "yes"), ("until", "2026-08-02"), ("why", "休暇")]).await.status(422).says("今日か今日より後の日");
    head.submit(&switch, &[("on", "yes"), ("until", "2026-08-03"), ("why", "")]).await.status(422).says("理由を");
    head.submit(&switch, &[("on", "yes"), ("until", "2026-08-03"), ("why", "休暇")]).await.redirects_to(&path);
    head.get(&path).await.says("2026年8月4日 00:00まで、代行者を置いています");
    decide(&mut head, &form, &daiko).await.redirects_to(&format!("{path}/issued"));
    let issued = link(&head.get(&format!("{path}/issued")).await);
    world.clock.set(MORNING.plus_seconds(15 * 3600 - 60));
    let (mut deputy, _) = world.set_up(&issued).await;
    let device = world.add_device(world.region, world.facility, "受付1").await;
    deputy.get(&format!("/facilities/{}/pending", world.facility)).await.says("受付1");
    deputy.submit(&format!("/devices/{device}/confirm"), &[]).await.redirects_to(&format!("/devices/{device}"));
    let connections = format!("/facilities/{}/connections", world.facility);
    deputy.get(&connections).await.status(200);
    let wish = [("label", "資産管理"), ("grant", "facilities:read"), ("days", "30")];
    deputy.submit(&format!("{connections}/tokens"), &wish).await.redirects_to(&format!("{connections}/issued"));
    let shown = deputy.get(&format!("{connections}/issued")).await.text();
    let machine = Machine::with(&world, shown.lines().find(|line| line.starts_with("hashimori_")).expect("a token"));
    assert_eq!(machine.get("/api/v1/facilities").await.code, 200);
    world.clock.advance(60);
    assert_eq!(machine.get("/api/v1/facilities").await.code, 401, "what a deputy handed out rests with them");
    deputy.get(&format!("/devices/{device}")).await.status(403).says("いまは代行の期間ではありません");
    deputy.submit(&format!("/devices/{device}/retire"), &[("why", "廃棄")]).await.status(403);
    deputy.get("/account").await.status(200);
    assert_eq!(world.standing(&device.to_string()).await.as_deref(), Some("active"));
}

#[tokio::test]
async fn of_a_personal_device_the_secretariat_and_auditors_see_the_state_and_never_a_fact() {
    let world = World::new().await;
    let own = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    let waiting = world.add_device_of(Ownership::Personal, world.region, world.facility, "次郎のスマホ").await;
    world.confirm(world.facility, own).await;
    world.report(world.facility, own, &sample::bad_debian(MORNING)).await;
    let pages = [format!("/devices/{own}"), format!("/facilities/{}", world.facility), format!("/facilities/{}/pending", world.facility)];
    let facts = ["スマホ", "p5w8", "Debian", "linux", "読み取った場所", "全文を見る", "パスワードが空", "持ち運ぶ"];
    for (role, facility, login) in
        [(Role::Secretariat, None, "jimukyoku"), (Role::Auditor, None, "etsuran"), (Role::Auditor, Some(world.facility), "kansa")]
    {
        let (mut reader, _) = world.signed_in_as(role, world.region, facility, login).await;
        let device = reader.get(&pages[0]).await;
        device.status(200).says("不適合").says("§20-1").says("状態だけを表示しています").says("判定の移り変わり").says("新しい状態報告");
        for path in &pages {
            let page = reader.get(path).await;
            page.status(200).says("個人所有の機器");
            for fact in facts {
                assert!(!page.body.contains(fact), "{role:?} reads {fact} on {path}:\n{}", page.text());
            }
        }
        let mut lists = vec![
            format!("/facilities/{}/devices?is=non-compliant", world.facility),
            format!("/facilities/{}/devices.csv", world.facility),
            "/log".to_owned(),
            "/log/export.csv".to_owned(),
            format!("/log?object={}", encode("太郎")),
        ];
        lists.extend(facility.is_none().then(|| format!("/?q={}", encode("太郎"))));
        for path in &lists {
            let page = reader.get(path).await;
            page.status(200);
            assert!(!page.body.contains("スマホ") && !page.body.contains("持ち運ぶ"), "{role:?} reads {path}:\n{}", page.text());
        }
        let looked_for = reader.get(&lists[4]).await;
        assert!(!looked_for.body.contains(&own.to_string()), "a name that is not told is not looked for either");
        let refused = reader.submit(&format!("/devices/{waiting}/confirm"), &[]).await;
        refused.status(403);
    }
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    head.get(&pages[0]).await.says("p5w8").says("読み取った内容").says("太郎のスマホ");
    head.get(&pages[2]).await.says("次郎のスマホ");
    head.get("/log").await.says("太郎のスマホ");
    assert!(head.get(&format!("/facilities/{}/devices.csv", world.facility)).await.body.contains("太郎のスマホ"));
}

#[tokio::test]
async fn what_was_taken_out_of_the_count_stays_in_the_regions_view_with_its_reason() {
    let world = World::new().await;
    let [retired, refused, weak] = ["受付1", "受付2", "受付3"].map(|label| world.add_device(world.region, world.facility, label));
    let (retired, refused, weak) = (retired.await, refused.await, weak.await);
    let personal = world.add_device_of(Ownership::Personal, world.region, world.facility, "太郎のスマホ").await;
    for id in [retired, weak, personal] {
        world.confirm(world.facility, id).await;
    }
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    administrator.get(&format!("/devices/{retired}")).await.says("使用を終える（廃止）");
    let path = format!("/devices/{retired}/retire");
    administrator.get(&path).await.status(200).says("取り消せません");
    administrator.submit(&path, &[("why", " ")]).await.status(422).says("理由を");
    administrator.submit(&path, &[("why", "故障のため廃棄")]).await.redirects_to(&format!("/devices/{retired}"));
    administrator.submit(&path, &[("why", "もう一度")]).await.status(409).says("すでにご自身で「機器の使用終了」");
    administrator.submit(&format!("/devices/{personal}/retire"), &[("why", "退職のため")]).await.status(303);
    administrator.submit(&format!("/devices/{refused}/refuse"), &[]).await.status(303);
    let check =
        [("for", "some"), ("device", &weak.to_string()), ("grade", "administrator"), ("§20-1.length", "limited"), ("note", "旧式の計測器")];
    administrator.submit(&format!("/facilities/{}/self-check", world.facility), &check).await.status(303);
    administrator.get("/excluded").await.status(404);
    assert!(log_lines(&world).await.contains(&"device_retired  故障のため廃棄".to_owned()));
    for (role, login) in [(Role::Secretariat, "jimukyoku"), (Role::Auditor, "etsuran")] {
        let (mut reader, _) = world.signed_in_as(role, world.region, None, login).await;
        let page = reader.get("/excluded").await;
        page.status(200).says("受付1").says("故障のため廃棄").says("受付2").says("登録を断った").says("理由の記録がありません");
        page.says("設定不可能").says("旧式の計測器").says("自己点検の1台").says("見本 花子").says("退職のため").says("個人所有の機器");
        assert!(!page.body.contains("太郎"), "a personal device has no name here");
    }
    let (mut foreign, _) = world.signed_in(world.other_region, None, "yoso").await;
    foreign.get("/excluded").await.status(200).says("ありません");
}

#[tokio::test]
async fn a_vacancy_is_counted_in_days_and_alarms_the_secretariat_after_a_week() {
    let world = World::new().await;
    world.link(world.region, Some(world.facility), "hanako").await;
    for (days, alarming) in [(0, false), (7, false), (8, true)] {
        world.clock.set(MORNING.plus_days(days));
        let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
        let home = secretariat.get("/").await;
        home.says("管理者が欠員の事業所が1か所あります");
        assert_eq!(home.text().contains("長く続いています"), alarming, "{days}");
        let list = secretariat.get("/vacancies").await;
        list.status(200).says("もみじ架空薬局").says(&format!("{days}日"));
        assert_eq!(list.text().contains("連絡が必要です"), alarming, "{days}");
        assert!(!list.text().contains("さくら架空診療所"));
    }
    let (mut foreign, _) = world.signed_in(world.other_region, None, "yoso").await;
    assert!(!foreign.get("/vacancies").await.text().contains("もみじ"));
}

#[tokio::test]
async fn whoever_lost_the_way_in_gets_it_back_from_the_secretariat_whatever_their_role() {
    let world = World::new().await;
    world.allow_deputies(world.facility).await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    secretariat.get("/accounts").await.status(200);
    for role in Role::AT_FACILITY {
        let (mut owner, _) = world.signed_in_as(role, world.region, Some(world.facility), role.code()).await;
        owner.get("/account").await.status(200);
        let id = world.person(role.code()).await;
        secretariat.submit(&format!("/accounts/{id}/reset"), &[]).await.redirects_to("/accounts/issued");
        owner.get("/account").await.redirects_to("/sign-in?next=/account");
        let (mut back, _) = world.set_up(&link(&secretariat.get("/accounts/issued").await)).await;
        back.get("/account").await.status(200).says("設定し直されました");
    }
}

#[tokio::test]
async fn whoever_opens_a_dead_link_again_and_again_is_stopped_and_the_colleagues_link_opens() {
    let world = World::new().await;
    let dead = world.link(world.region, None, "jimukyoku").await;
    let live = world.link(world.region, None, "jimukyoku").await;
    let mut typist = Browser::new(&world.router);
    for _ in 0..8 {
        typist.get(&dead).await.status(404);
    }
    for _ in 0..100 {
        typist.get(&dead).await.status(429);
    }
    Browser::new(&world.router).get(&live).await.status(200);
}

#[tokio::test]
async fn the_people_page_speaks_both_languages() {
    let world = World::new().await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    head.like("en");
    let page = head.get(&people(&world)).await;
    page.status(200).says("There is no administrator, since today.").says("Head of the facility").says("Earlier holders");
}
