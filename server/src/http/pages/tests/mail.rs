//! Registered addresses, one-time links that go by mail, and what has not arrived.

use super::browser::Browser;
use super::world::{PASSWORD, World};
use crate::clock::Clock as _;
use crate::domain::mail::{CONFIRM_S, Failure, Kind, Link};
use crate::domain::people::Role;
use crate::domain::people::link::LINK_LIFETIME_S;
use crate::domain::people::reset::DELAY_S;
use crate::store::mail;

/// A letter that waits: what, where to, where it leads.
pub(super) type Waiting = (Kind, String, String);

/// Takes every letter that waits out of the outbox.
pub(super) async fn letters(world: &World) -> Vec<Waiting> {
    let now = world.clock.now();
    let mut tx = world.store.begin().await.expect("begins");
    let mut found = Vec::new();
    for id in mail::list_due(&mut *tx, now, 50).await.expect("reads") {
        let letter = mail::claim(&mut tx, id, (now, now)).await.expect("reads").expect("waits");
        let path = match letter.link {
            Link::Page(path) => path,
            Link::Secret(sealed) => crate::mail::open_link(&world.master, &sealed).expect("opens").to_string(),
        };
        found.push((letter.kind, letter.address.as_str().to_owned(), path));
        mail::put_sent(&mut tx, id, now).await.expect("writes");
    }
    tx.commit().await.expect("commits");
    found
}

/// Registers an address through its link.
async fn register(world: &World, browser: &mut Browser, address: &str) {
    browser.get("/account/mail").await.status(200);
    browser.submit("/account/mail", &[("address", address)]).await.redirects_to("/account#mail");
    let (kind, to, path) = letters(world).await.remove(0);
    assert_eq!((kind, to.as_str()), (Kind::AddressConfirm, address));
    browser.get(&path).await.status(200).says(address);
    browser.submit(&path, &[]).await.redirects_to("/account#mail");
}

#[tokio::test]
async fn an_address_counts_only_once_its_owner_has_opened_the_link_mailed_to_it() {
    let world = World::new().await;
    let (mut owner, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut other, _) = world.signed_in(world.region, None, "jimukyoku").await;
    owner.get("/account").await.says("サインインできなくなったときのリンク");
    for wrong in ["", "hanako", "hanako@localhost", "a@hotaru.example, b@hotaru.example", "花子@hotaru.example"] {
        let page = owner.get("/account/mail").await;
        page.status(200);
        owner.submit("/account/mail", &[("address", wrong)]).await.status(422).says("読めません");
    }
    assert_eq!(letters(&world).await, []);
    owner.submit("/account/mail", &[("address", "ｈａｎａｋｏ＠hotaru.example")]).await.redirects_to("/account#mail");
    owner.get("/account").await.says("hanako@hotaru.example に確認のメールを送りました");
    let sent = letters(&world).await;
    let [(Kind::AddressConfirm, to, path)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(to, "hanako@hotaru.example");

    Browser::new(&world.router).get(path).await.redirects_to(&format!("/sign-in?next={}", super::super::sign_in::encode(path)));
    other.get("/account").await;
    other.get(path).await.status(404).says("このリンクでは確認できません");
    other.submit(path, &[]).await.status(404);
    owner.get(path).await.status(200).says("hanako@hotaru.example を、hanako のアカウント");
    owner.get("/account").await.says("確認のメールを送りました");
    owner.submit(path, &[]).await.redirects_to("/account#mail");
    owner.get("/account").await.says("メールアドレスを変更する").says("メールアドレスを登録しました");
    owner.submit(path, &[]).await.status(404);
    assert_eq!(world.acts("address_changed").await.len(), 1);

    // Another address: the former one is told, and told again of the end.
    register(&world, &mut owner, "hana@hotaru.example").await;
    assert_eq!(letters(&world).await, [(Kind::AddressEnded, "hanako@hotaru.example".to_owned(), "/account".to_owned())]);
    owner.get("/account").await;
    owner.submit("/account/mail/remove", &[]).await.redirects_to("/account#mail");
    assert_eq!(letters(&world).await, [(Kind::AddressEnded, "hana@hotaru.example".to_owned(), "/account".to_owned())]);
    owner.get("/account").await.says("登録されていません。登録すると、サインインできなくなったとき");
}

#[tokio::test]
async fn a_link_to_confirm_an_address_ends_and_nobody_is_flooded_with_them() {
    let world = World::new().await;
    let (mut owner, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    owner.get("/account/mail").await;
    for _ in 0..5 {
        world.clock.advance(1);
        owner.submit("/account/mail", &[("address", "hanako@hotaru.example")]).await.redirects_to("/account#mail");
    }
    let page = owner.submit("/account/mail", &[("address", "Hanako@hotaru.example")]).await;
    page.status(429).says("何度も送った");
    assert!(page.body.contains("value=\"Hanako@hotaru.example\""), "what was typed stays");
    let sent = letters(&world).await;
    assert_eq!(sent.len(), 5);
    owner.get(&sent[3].2).await.status(404);
    owner.get(&sent[4].2).await.status(200);
    world.clock.advance(CONFIRM_S);
    owner.get("/sign-in").await;
    let code = world.code(&seed);
    owner.submit("/sign-in", &[("login", "hanako"), ("password", PASSWORD), ("code", &code)]).await.status(303);
    owner.get(&sent[4].2).await.status(404).says("このリンクでは確認できません");
}

#[tokio::test]
async fn a_reset_link_goes_to_the_registered_address_and_to_the_screen_only_when_asked_for() {
    let world = World::new().await;
    let (mut owner, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    register(&world, &mut owner, "hanako@hotaru.example").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let reset = format!("/accounts/{}/reset", world.person("hanako").await);
    secretariat.get("/accounts").await;
    secretariat.submit(&reset, &[]).await.redirects_to("/accounts/issued");
    let page = secretariat.get("/accounts/issued").await;
    page.says("本人が登録したアドレスにメールで送ります").says("リンクを画面に表示する");
    assert!(!page.body.contains("/start/") && !page.body.contains("hanako@"), "{}", page.body);
    let sent = letters(&world).await;
    let [(Kind::ResetLink, to, mailed)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(to, "hanako@hotaru.example");
    Browser::new(&world.router).get(mailed).await.status(200).says("見本 花子");

    secretariat.submit(&reset, &[("by", "screen")]).await.redirects_to("/accounts/issued");
    let shown = secretariat.get("/accounts/issued").await;
    let shown = shown.body.split("https://hashimori.example").nth(1).and_then(|rest| rest.split('<').next()).expect("a link").to_owned();
    let sent = letters(&world).await;
    assert_eq!(sent, [(Kind::ResetIssued, "hanako@hotaru.example".to_owned(), "/account".to_owned())]);
    Browser::new(&world.router).get(mailed).await.status(404);
    world.set_up(&shown).await;
    let sent = letters(&world).await;
    assert_eq!(sent, [(Kind::ResetUsed, "hanako@hotaru.example".to_owned(), "/account".to_owned())]);
}

#[tokio::test]
async fn after_the_day_of_waiting_the_link_goes_to_the_registered_address_and_to_nobody_else_who_knows_the_password() {
    let world = World::new().await;
    let (mut owner, _) = world.signed_in(world.region, None, "jimukyoku").await;
    register(&world, &mut owner, "jimu@hotaru.example").await;
    let ask = [("login", "jimukyoku"), ("password", PASSWORD)];
    let mut somebody = Browser::new(&world.router);
    somebody.get("/sign-in/lost").await.status(200);
    somebody.submit("/sign-in/lost", &ask).await.status(200).says("受け付けました");
    assert_eq!(letters(&world).await, [(Kind::ResetAsked, "jimu@hotaru.example".to_owned(), "/account".to_owned())]);
    world.clock.advance(DELAY_S);
    somebody.submit("/sign-in/lost", &ask).await.status(200).says("登録されているメールアドレスに、設定し直すためのリンク");
    somebody.get("/setup").await.status(404);
    let sent = letters(&world).await;
    let [(Kind::ResetLink, to, link)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(to, "jimu@hotaru.example");
    world.clock.advance(1);
    world.set_up(link).await;
    let noted: Vec<String> = world.acts("account_reset").await;
    assert_eq!(noted, ["reset_asked", "reset_issued", "reset_used"]);
}

#[tokio::test]
async fn somebody_without_an_address_gets_the_link_from_the_screen_as_before() {
    let world = World::new().await;
    world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let reset = format!("/accounts/{}/reset", world.person("hanako").await);
    secretariat.get("/accounts").await;
    secretariat.submit(&reset, &[]).await.redirects_to("/accounts/issued");
    secretariat.get("/accounts/issued").await.says("https://hashimori.example/start/");
    assert_eq!(letters(&world).await, []);
}

#[tokio::test]
async fn a_request_to_be_set_up_again_by_password_alone_is_told_at_once() {
    let world = World::new().await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    register(&world, &mut secretariat, "jimu@hotaru.example").await;
    let mut stranger = Browser::new(&world.router);
    stranger.get("/sign-in/lost").await;
    for _ in 0..2 {
        let ask = [("login", "jimukyoku"), ("password", PASSWORD)];
        stranger.submit("/sign-in/lost", &ask).await.status(200).says("受け付けました");
    }
    assert_eq!(letters(&world).await, [(Kind::ResetAsked, "jimu@hotaru.example".to_owned(), "/account".to_owned())], "once");
}

#[tokio::test]
async fn an_invitation_is_mailed_when_an_address_is_given_and_its_link_proves_the_address() {
    let world = World::new().await;
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    let form = format!("/facilities/{}/people/appoint", world.facility);
    head.get(&format!("{form}?role=administrator")).await.says("メールアドレス（わかるとき）");
    let typed = [("role", "administrator"), ("who", "new"), ("name", "見本 次郎"), ("login", "jiro"), ("why", "異動のため")];
    let with = |mail: &'static str, more: &[(&'static str, &'static str)]| [&typed[..], &[("mail", mail)], more].concat();
    let page = head.submit(&form, &with("jiro@", &[])).await;
    page.status(422).says("読めません");
    assert!(page.body.contains("value=\"jiro@\""), "what was typed stays");
    head.submit(&form, &with("jiro@hotaru.example", &[])).await.status(200).says("jiro@hotaru.example にメールで送ります");
    assert_eq!(letters(&world).await, [], "nothing goes before it is confirmed");
    head.submit(&form, &with("jiro@hotaru.example", &[("confirmed", "yes")])).await.status(303);
    let page = head.get(&format!("/facilities/{}/people/issued", world.facility)).await;
    page.says("入力されたアドレスにメールで送ります");
    assert!(!page.body.contains("/start/"), "{}", page.body);
    let sent = letters(&world).await;
    let [(Kind::Invitation, to, link)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(to, "jiro@hotaru.example");
    let (mut jiro, _) = world.set_up(link).await;
    jiro.get("/account").await.says("jiro@hotaru.example").says("メールアドレスを変更する");
    world.clock.advance(LINK_LIFETIME_S);
    assert_eq!(letters(&world).await, []);
}

#[tokio::test]
async fn mail_that_has_not_arrived_stands_on_the_secretariats_first_page_until_it_was_read() {
    let world = World::new().await;
    let (mut owner, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    register(&world, &mut owner, "hanako@hotaru.example").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let (mut auditor, _) = world.signed_in_as(Role::Auditor, world.region, None, "etsuran").await;
    let (mut foreign, _) = world.signed_in(world.other_region, None, "hoka").await;
    assert!(!secretariat.get("/").await.text().contains("メール"));
    let reset = format!("/accounts/{}/reset", world.person("hanako").await);
    secretariat.submit(&reset, &[]).await.redirects_to("/accounts/issued");
    let now = world.clock.now();
    let mut tx = world.store.begin().await.expect("begins");
    let id = mail::list_due(&mut *tx, now, 1).await.expect("reads")[0];
    mail::put_retry(&mut tx, id, Failure::Unreachable, now.plus_seconds(60)).await.expect("writes");
    tx.commit().await.expect("commits");
    secretariat.get("/").await.says("送れずに送り直しているメールが1件");
    secretariat.get("/letters").await.says("接続できませんでした").says("に送り直します");
    let mut tx = world.store.begin().await.expect("begins");
    mail::put_failed(&mut tx, id, Failure::Refused(550), now).await.expect("writes");
    tx.commit().await.expect("commits");
    secretariat.get("/").await.says("要対応: 送れなかったメールが1件");
    let page = secretariat.get("/letters").await;
    page.says("アカウントを設定し直すリンク").says("550").says("見本 花子").says("送り直しません");
    assert!(!page.body.contains("hanako@"), "{}", page.body);
    assert!(!auditor.get("/letters").await.says("550").body.contains("/letters/noted"));
    foreign.get("/letters").await.says("ありません");
    foreign.submit("/letters/noted", &[]).await.redirects_to("/letters");
    secretariat.get("/").await.says("送れなかったメールが1件");
    secretariat.submit("/letters/noted", &[]).await.redirects_to("/letters");
    secretariat.get("/letters").await.says("ありません");
    assert!(!secretariat.get("/").await.text().contains("送れなかった"));
    assert_eq!(world.acts("letters_noted").await.len(), 1);
}

#[tokio::test]
async fn guidance_and_restrictions_are_told_to_the_other_side_and_name_nobody() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    register(&world, &mut administrator, "hanako@hotaru.example").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    register(&world, &mut secretariat, "jimu@hotaru.example").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    let guidance = [("kind", "guidance"), ("applicant", "見本 花子"), ("grade", "caution"), ("clause", "§20-3"), ("found", "見本")];
    let restriction =
        [("kind", "restriction"), ("applicant", "見本 花子"), ("scope", "person"), ("measure", "stopped"), ("clause", "§20-3")];
    secretariat.get(&new).await.status(200);
    let to = |address: &str| address.to_owned();
    let paper = secretariat.submit(&new, &[&guidance[..], &[("wanted", "見本"), ("until", "2026-08-17")]].concat()).await.location;
    let paper = paper.expect("issued");
    assert_eq!(letters(&world).await, [(Kind::GuidanceIssued, to("hanako@hotaru.example"), paper.clone())]);
    let days = [("reason", "見本"), ("from", "2026-08-03"), ("until", "2026-08-17")];
    let other = secretariat.submit(&new, &[&restriction[..], &days].concat()).await.location.expect("issued");
    assert_eq!(letters(&world).await, [(Kind::RestrictionChanged, to("hanako@hotaru.example"), other)]);
    administrator.get(&paper).await.status(200);
    administrator.submit(&format!("{paper}/act"), &[("act", "answer"), ("seen", "0"), ("answer", "見本")]).await.redirects_to(&paper);
    assert_eq!(letters(&world).await, [(Kind::GuidanceAnswered, to("jimu@hotaru.example"), paper)]);
}
