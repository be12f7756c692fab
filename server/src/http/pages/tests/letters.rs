//! Letters that people's steps with papers cause: who is asked, who is told, who is not.

use super::browser::{Browser, Page};
use super::mail::letters;
use super::world::World;
use crate::clock::Clock as _;
use crate::domain::mail::{Kind, MailAddress};
use crate::domain::people::Role;
use crate::store::mail::{self, Pending};

/// Registers an address for the account with this name.
async fn reach(world: &World, login: &str) {
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

async fn act(browser: &mut Browser, paper: &str, act: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(paper).await;
    let seen = page.body.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0").to_owned();
    let fields: Vec<_> = [("act", act), ("seen", seen.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.submit(&format!("{paper}/act"), &fields).await
}

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
    nurse.submit(&path, &report).await.redirects_to(&format!("{path}?done=1"));
    assert_eq!(told(&world).await, to(Kind::IncidentReported, &["hanako", "jimu", "shocho"]));
}
