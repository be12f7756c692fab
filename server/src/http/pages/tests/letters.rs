//! Letters that people's steps with papers cause: who is asked, who is told, who is not; and whoever has no account and proves an address.

use super::browser::{Browser, Page};
use super::mail::letters;
use super::steps::act;
use super::world::World;
use crate::clock::Clock as _;
use crate::domain::mail::{Kind, MailAddress, PROVE_S};
use crate::domain::people::Role;
use crate::store::mail::{self, Pending};

/// Registers an address for the account with this name.
pub(super) async fn reach(world: &World, login: &str) {
    let (id, address) = (world.person(login).await, MailAddress::parse(&format!("{login}@hotaru.example")).expect("an address"));
    let (now, mut tx) = (world.clock.now(), world.store.begin().await.expect("begins"));
    mail::put_pending(&mut tx, id, login, &Pending { address, ends_at: now.plus_seconds(9) }).await.expect("writes");
    assert!(mail::confirm(&mut tx, id, login, now).await.expect("writes"));
    tx.commit().await.expect("commits");
}

/// What waits: (kind, to whom), in order of name.
async fn told(world: &World) -> Vec<(Kind, String)> {
    let mut told: Vec<_> =
        letters(world).await.into_iter().map(|(kind, to, _)| (kind, to.split('@').next().unwrap_or_default().to_owned())).collect();
    told.sort_by(|a, b| a.1.cmp(&b.1));
    told
}

fn to(kind: Kind, names: &[&str]) -> Vec<(Kind, String)> {
    names.iter().map(|name| (kind, (*name).to_owned())).collect()
}

const TAKE_OUT: &[(&str, &str)] = &[
    ("kind", "take_out"),
    ("form", "single"),
    ("contents", "訪問予定表 3件"),
    ("medium", "タブレット"),
    ("purpose", "訪問看護"),
    ("place", "架空町"),
    ("protection", "起動時ロック"),
    ("from", "2026-08-03"),
    ("until", "2026-08-05"),
];

const PERSONAL: &[(&str, &str)] = &[
    ("kind", "personal_device"),
    ("applicant", "髙﨑 𠮷男"),
    ("unusable", "往診用タブレット"),
    ("cause", "broken"),
    ("work", "連絡帳の閲覧"),
    ("model", "スマートフォン 架空電機 A1"),
    ("os", "Android 15"),
    ("wipe", "yes"),
    ("check_lock", "yes"),
    ("check_antivirus", "yes"),
    ("check_os", "yes"),
    ("check_sharing", "yes"),
    ("check_password", "yes"),
    ("check_family", "yes"),
    ("from", "2026-08-03"),
    ("until", "2026-08-12"),
];

async fn file(world: &World, browser: &mut Browser, applicant: &str) -> String {
    let new = format!("/facilities/{}/papers/new", world.facility);
    browser.get(&new).await.status(200);
    let filed = browser.submit(&new, &[TAKE_OUT, &[("applicant", applicant)]].concat()).await;
    filed.location.clone().unwrap_or_else(|| panic!("{}", filed.body))
}

/// A facility's link for papers of this kind.
async fn link(world: &World, administrator: &mut Browser, kind: &str) -> String {
    let links = format!("/facilities/{}/links", world.facility);
    administrator.get(&links).await.status(200);
    administrator.submit(&links, &[("kind", kind)]).await.status(303);
    let shown = administrator.get(&format!("{links}/issued")).await;
    format!("/apply/{}", shown.body.split("/apply/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link"))
}

/// Whoever files by a facility's link gets a link of their own.
fn leads_to_its_own_link(answer: &Page, facilitys: &str) {
    let to = answer.location.as_deref().unwrap_or_else(|| panic!("{}", answer.body));
    assert!(to.starts_with("/application/") && !to.ends_with(facilitys.trim_start_matches("/apply/")), "{to}");
}

#[tokio::test]
async fn whoever_approves_is_asked_and_whoever_asked_is_told_and_nobody_of_what_they_did_themselves() {
    let world = World::new().await;
    world.allow_deputies(world.facility).await;
    let (mut administrator, _) = world.set_up(&world.link_named(Role::Administrator, "hanako", "見本 花子").await).await;
    let (mut deputy, _) = world.set_up(&world.link_named(Role::Deputy, "daiko", "見本 代子").await).await;
    world.link_named(Role::Head, "shocho", "見本 所長").await;
    for login in ["hanako", "daiko", "shocho"] {
        reach(&world, login).await;
    }
    let paper = file(&world, &mut deputy, "見本 代子").await;
    assert_eq!(told(&world).await, to(Kind::PaperAsked, &["daiko", "hanako"]));
    act(&mut administrator, &paper, "send_back", &[("why", "持出先を詳しく")]).await.redirects_to(&paper);
    assert_eq!(told(&world).await, to(Kind::PaperSentBack, &["daiko"]));
    let edit = format!("{paper}/edit");
    deputy.get(&edit).await.status(200);
    deputy.submit(&edit, &[TAKE_OUT, &[("applicant", "見本 代子")]].concat()).await.redirects_to(&paper);
    assert_eq!(told(&world).await, to(Kind::PaperAsked, &["daiko", "hanako"]), "asked anew");
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    assert_eq!(told(&world).await, to(Kind::PaperApproved, &["daiko"]));
    act(&mut deputy, &paper, "take_out", &[]).await.redirects_to(&paper);
    assert_eq!(told(&world).await, [], "a record");
    // For somebody without an account, by one who may approve it: nobody has to be asked.
    let other = file(&world, &mut administrator, "見本 看護師").await;
    assert_eq!(told(&world).await, []);
    act(&mut administrator, &other, "refuse", &[("why", "見本")]).await.redirects_to(&other);
    assert_eq!(told(&world).await, []);
    // The administrator's own goes to the head.
    file(&world, &mut administrator, "見本 花子").await;
    assert_eq!(told(&world).await, to(Kind::PaperAsked, &["shocho"]));
}

#[tokio::test]
async fn an_incident_is_told_at_once_to_those_in_charge_and_to_the_secretariat_at_night_too() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    world.link_in_region(Role::Secretariat, "jimu", "見本 事務").await;
    world.link_named(Role::Head, "shocho", "見本 所長").await;
    for login in ["hanako", "jimu", "shocho"] {
        reach(&world, login).await;
    }
    let path = link(&world, &mut administrator, "incident").await;
    world.clock.advance(14 * 3_600);
    let mut nurse = Browser::new(&world.router);
    nurse.get(&path).await.status(200);
    let report = [("applicant", "見本 看護師"), ("what", "loss"), ("situation", "タブレットがない"), ("held", "unknown")];
    leads_to_its_own_link(&nurse.submit(&path, &report).await, &path);
    assert_eq!(told(&world).await, to(Kind::IncidentReported, &["hanako", "jimu", "shocho"]));
}

#[tokio::test]
async fn an_applicant_without_an_account_proves_an_address_and_is_told_there_and_led_to_a_page_of_their_own() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let apply = link(&world, &mut administrator, "personal_device").await;
    let mut nurse = Browser::new(&world.router);
    nurse.get(&apply).await.says("メールアドレス（任意）");
    let wrong = nurse.submit(&apply, &[PERSONAL, &[("mail", "kango")]].concat()).await;
    wrong.status(422).says("読めません");
    assert_eq!((wrong.field("mail").as_str(), wrong.field("work").as_str()), ("kango", "連絡帳の閲覧"), "what was typed stays");
    leads_to_its_own_link(&nurse.submit(&apply, &[PERSONAL, &[("mail", "kango@hotaru.example")]].concat()).await, &apply);
    let sent = letters(&world).await;
    let [(Kind::ApplicantConfirm, address, page)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(address, "kango@hotaru.example");
    let list = administrator.get(&format!("/facilities/{}/papers", world.facility)).await;
    let paper = format!("/papers/{}", list.body.split("href=\"/papers/").nth(1).and_then(|rest| rest.split('"').next()).expect("a paper"));
    administrator.get(&paper).await.says("kango@hotaru.example（未確認");

    let opened = nurse.get(page).await;
    opened.status(200).says("さくら架空診療所").says("このメールアドレスを確認する");
    assert!(!opened.body.contains("name=\"seen\""), "nothing is done before the address is proved: {}", opened.text());
    nurse.submit(&format!("{page}/withdraw"), &[("seen", "0"), ("why", "見本")]).await.status(409).says("このメールアドレスを確認する");
    nurse.get(&format!("{page}/edit")).await.status(409);
    assert!(!opened.body.contains("髙﨑") && !opened.body.contains("架空電機"), "it names nobody: {}", opened.body);
    administrator.get(&paper).await.says("未確認");
    nurse.get(page).await.status(200);
    nurse.submit(&format!("{page}/address"), &[]).await.redirects_to(page);
    nurse.get(page).await.says("メールアドレスを確認しました").says("承認待ち");
    administrator.get(&paper).await.says("に本人が確認");
    assert_eq!(world.acts("applicant_confirmed").await.len(), 1);
    act(&mut administrator, &paper, "send_back", &[("why", "機種の番号も書く")]).await.redirects_to(&paper);
    assert_eq!(letters(&world).await, [(Kind::PaperSentBack, address.clone(), page.clone())]);
    nurse.get(page).await.says("差戻し").says("機種の番号も書く").says("申請を取り下げる");
    // The link that was mailed does all that the first one does.
    nurse.get(&format!("{page}/edit")).await.status(200).says("個人所有機器利用申請 第1号");
    // A link opened after the application was taken back says so.
    act(&mut administrator, &paper, "withdraw", &[("why", "不要になった")]).await.redirects_to(&paper);
    nurse.get(page).await.status(200).says("取下げ").says("この申請は取り下げられています");
    assert_eq!(letters(&world).await, []);
    let never = nurse.get(&format!("/application/{}", "A".repeat(43))).await;
    never.status(404);
}

#[tokio::test]
async fn an_address_that_nobody_proves_is_told_nothing_and_its_link_ends() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let apply = link(&world, &mut administrator, "personal_device").await;
    let mut nurse = Browser::new(&world.router);
    nurse.get(&apply).await.status(200);
    for _ in 0..5 {
        let typed = [PERSONAL, &[("mail", "stranger@hotaru.example")]].concat();
        leads_to_its_own_link(&nurse.submit(&apply, &typed).await, &apply);
    }
    let flood = nurse.submit(&apply, &[PERSONAL, &[("mail", "Stranger@hotaru.example")]].concat()).await;
    flood.status(429).says("何度も送った");
    let sent = letters(&world).await;
    assert_eq!(sent.len(), 5, "nobody's mailbox is flooded");
    let list = administrator.get(&format!("/facilities/{}/papers", world.facility)).await;
    let paper = format!("/papers/{}", list.body.split("href=\"/papers/").nth(1).and_then(|rest| rest.split('"').next()).expect("a paper"));
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    assert_eq!(letters(&world).await, []);
    world.clock.advance(PROVE_S);
    let ended = nurse.get(&sent[4].2).await;
    ended.status(404);
    nurse.submit(&format!("{}/address", sent[4].2), &[]).await.status(404);
    let mut tx = world.store.begin().await.expect("begins");
    crate::store::paper::delete_old_contacts(&mut tx, (world.clock.now().plus_days(-30), world.clock.now())).await.expect("deletes");
    tx.commit().await.expect("commits");
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM paper_contact").fetch_one(world.store.read()).await.expect("reads");
    assert_eq!(left, 0, "what nobody proved is forgotten");
}
