//! What is wrong with a field stands below it: each form is sent with one field wrong, and exactly that field is marked, named in the
//! alert's link, and described by a sentence of its own before what helps to fill it in.

use super::browser::{Browser, Page};
use super::personal::{application, new_link};
use super::world::World;
use crate::domain::boxes;
use crate::domain::people::Role;

/// The values of an attribute in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Tags of the fields that are marked as wrong.
fn marked(html: &str) -> Vec<&str> {
    html.split('<').filter(|tag| tag.contains(" aria-invalid=")).filter_map(|tag| tag.split('>').next()).collect()
}

/// What a field is described by, in the order in which it is read out.
fn described(tag: &str) -> impl Iterator<Item = &str> {
    values(tag, "aria-describedby").into_iter().flat_map(str::split_whitespace)
}

/// Whatever a page says a field is described by, or leads to on itself, is there, and no sentence about a field stands alone.
pub(super) fn is_tied(path: &str, html: &str) {
    let ids = values(html, "id");
    for id in values(html, "aria-describedby").into_iter().flat_map(str::split_whitespace) {
        assert!(ids.contains(&id), "{path}: nothing is called {id}");
    }
    for to in values(html, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
        assert!(ids.contains(&to), "{path}: nothing is called {to}, to which a link leads");
    }
    let mut said: Vec<&str> = marked(html).into_iter().filter_map(|tag| described(tag).next()).collect();
    said.dedup();
    assert_eq!(html.matches("<p class=\"error\"").count(), said.len(), "{path}: one sentence for each wrong field");
}

/// Exactly this field is wrong, in all its boxes where it has several, and it is said below it and above the form.
pub(super) fn only(page: &Page, field: &str) {
    let marked = marked(&page.body);
    let of = |tag, attribute| values(tag, attribute).first().map(|value| (*value).to_owned());
    let name = |tag| of(tag, "name").map(|name| boxes::field_of(&name).unwrap_or(&name).to_owned());
    let is_one = matches!(marked.len(), 1 | boxes::OF_A_DAY | boxes::MOST) && marked.iter().all(|tag| name(tag) == name(marked[0]));
    assert!(is_one, "{field}: {marked:?} {}", page.text());
    let tag = marked[0];
    let id = of(tag, "id").expect("a field has an id");
    // A group of boxes is called as they are.
    assert!(name(tag).as_deref().unwrap_or(&id) == field || (tag.starts_with("fieldset") && id.ends_with(field)), "{field}: {tag}");
    let error = format!("{id}-error");
    for tag in &marked {
        assert_eq!(described(tag).next(), Some(error.as_str()), "{field}: the error comes first");
    }
    assert!(page.body.contains(&format!("<p class=\"error\" id=\"{error}\">＊")), "{field}: {}", page.text());
    assert!(page.body.contains(&format!("<a href=\"#{id}\">")), "{field}: the alert leads to it");
}

/// A form: where it is shown, where it goes, what is sent, and the one field of that which is wrong.
type Form<'a> = (&'a str, &'a str, Vec<(&'a str, &'a str)>, &'a str);

async fn send_all(browser: &mut Browser, forms: &[Form<'_>]) {
    for (shown, to, fields, wrong) in forms {
        browser.get(shown).await.status(200);
        let page = browser.submit(to, fields).await;
        assert!(matches!(page.code, 409 | 422), "{to} {wrong}: {} {}", page.code, page.text());
        only(&page, wrong);
    }
}

fn with<'a>(all: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = all.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name)).copied();
    kept.chain(changed.iter().copied()).collect()
}

#[tokio::test]
async fn a_paper_says_below_each_of_its_fields_what_is_wrong_with_it() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    let personal = format!("{new}?kind=personal_device");
    let cases: [(&str, &str); 8] = [
        ("applicant", " "),
        ("device", "x"),
        ("unusable", ""),
        ("check_lock", "maybe"),
        ("model", ""),
        ("from", "2027-02-29"),
        ("until", "2026-08-02"),
        ("on", "2027-01-01"),
    ];
    let forms: Vec<Form<'_>> = cases.iter().map(|case| (personal.as_str(), new.as_str(), application(&[*case]), case.0)).collect();
    send_all(&mut administrator, &forms).await;
    let incident = format!("{new}?kind=incident");
    let lost = [("kind", "incident"), ("applicant", "見本 看護師"), ("from", "2027-08-03")];
    administrator.get(&incident).await.status(200);
    let page = administrator.submit(&new, &lost).await;
    page.status(422);
    assert_eq!(marked(&page.body).len(), 1, "the first field that is wrong: {}", page.text());

    let link = new_link(&world, &mut administrator).await;
    let mut nurse = Browser::new(&world.router);
    let apply: Vec<Form<'_>> = [("applicant", " "), ("mail", "x"), ("until", "いつか"), ("wipe", "")]
        .iter()
        .map(|case| (link.as_str(), link.as_str(), application(&[*case]), case.0))
        .collect();
    send_all(&mut nurse, &apply).await;
}

#[tokio::test]
async fn an_act_on_a_paper_marks_the_field_of_its_own_form_alone() {
    let world = World::new().await;
    let long = "長".repeat(501);
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut head, _) = world.set_up(&world.link_named(Role::Head, "shocho", "架空 三郎").await).await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    administrator.submit(&new, &application(&[])).await.status(303);
    let paper = super::personal::newest(&world, &mut administrator).await;
    let act = format!("{paper}/act");
    let act = act.as_str();
    let forms: Vec<Form<'_>> = vec![
        (&paper, act, vec![("act", "refuse"), ("seen", "0"), ("why", " ")], "why"),
        (&paper, act, vec![("act", "approve"), ("seen", "0"), ("until", "2026-12-31")], "until"),
        (&paper, act, vec![("act", "approve"), ("seen", "0"), ("on", "2027-01-01")], "on"),
        (&paper, act, vec![("act", "approve"), ("seen", "0"), ("why", &long)], "why"),
    ];
    send_all(&mut head, &forms).await;
    administrator.get(&paper).await.status(200);
    administrator.submit(act, &[("act", "link_device"), ("seen", "0"), ("device", "")]).await.status(422);
    let files = format!("{paper}/files");
    administrator.get(&paper).await.status(200);
    only(administrator.hand_in(&files, &[], ("a.txt", "text/plain", b"x")).await.status(422), "file");
    administrator.get(&paper).await.status(200);
    only(administrator.hand_in(&files, &[("note", &long)], ("a.pdf", "application/pdf", b"%PDF-1.7\n%%EOF\n")).await.status(422), "note");
}

#[tokio::test]
async fn the_forms_of_a_facility_say_below_the_field_what_is_wrong() {
    let world = World::new().await;
    let long = "長".repeat(501);
    let device = world.add_device(world.region, world.facility, "往診1").await;
    world.confirm(world.facility, device).await;
    let member = world.add_member(world.region, world.facility, "見本 看護師").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let at = |rest: &str| format!("/facilities/{}/{rest}", world.facility);
    let (card, sort) = (format!("/devices/{device}/card"), format!("/devices/{device}/sort"));
    let [ledger, staff, training, void, pledges, edition, policy, check, rules, codes, evidence] = [
        "ledger/new",
        "staff/new",
        "staff/training",
        "staff/training/void",
        "staff/pledges",
        "staff/pledges/edition",
        "personal-devices",
        "self-check",
        "own-rules",
        "codes",
        "evidence",
    ]
    .map(at);
    let [list, review, person, step] =
        [at("staff"), at("staff/review"), at(&format!("staff/{member}")), at(&format!("staff/{member}/act"))];
    let number = member.to_string();
    let entered = [("label", "往診用"), ("ownership", "managed"), ("class", "phone")];
    let nurse = [("name", "髙﨑 𠮷男"), ("job", "看護師"), ("joined", "2026-08-03"), ("mcs_id", "")];
    let trained = [("day", "2026-08-03"), ("topic", "見本"), ("who", number.as_str())];
    administrator.get(&training).await.status(200);
    administrator.submit(&training, &trained).await.status(303);
    let forms: Vec<Form<'_>> = vec![
        (&card, &card, vec![("seen", "0"), ("imei", "12")], "imei"),
        (&card, &card, vec![("seen", "0"), ("lease", "来年")], "lease"),
        (&card, &card, vec![("seen", "0"), ("usable", "maybe")], "usable"),
        (&sort, &sort, vec![("ownership", "x"), ("class", "phone"), ("why", "x")], "ownership"),
        (&sort, &sort, vec![("ownership", "personal"), ("class", "phone"), ("why", " ")], "why"),
        (&ledger, &ledger, with(&entered, &[("label", " ")]), "label"),
        (&ledger, &ledger, with(&entered, &[("class", "x")]), "class"),
        (&staff, &staff, with(&nurse, &[("name", " ")]), "name"),
        (&staff, &staff, with(&nurse, &[("joined", "x")]), "joined"),
        (&training, &training, with(&trained, &[("day", "2027-01-01")]), "day"),
        (&training, &training, with(&trained, &[("topic", "")]), "topic"),
        (&training, &training, with(&trained, &[("who", "999")]), "who"),
        (&training, &void, vec![("training", "1"), ("why", " ")], "why"),
        (&pledges, &pledges, vec![("who", &number), ("day", "x")], "day"),
        (&pledges, &pledges, vec![("who", &number), ("day", "2026-08-03"), ("kept", &long)], "kept"),
        (&pledges, &edition, vec![("name", " "), ("from", "2026-08-03")], "name"),
        (&pledges, &edition, vec![("name", "第2版"), ("from", "x")], "from"),
        (&list, &review, vec![("is", "different"), ("differences", " ")], "differences"),
        (&list, &review, vec![], "is"),
        (&person, &step, vec![("act", "declare"), ("seen", "0"), ("day", "x")], "day"),
        (&policy, &policy, vec![("risk", "x")], "mode"),
        (&policy, &policy, vec![("mode", "prohibited"), ("risk", " ")], "risk"),
        (&check, &check, vec![("grade", "administrator"), ("§19-4.age", "x")], "§19-4.age"),
        (&check, &check, vec![("grade", "administrator"), ("§20-6.no_copies", "x")], "§20-6.no_copies"),
        (&check, &check, vec![("§20-6.no_copies", "yes")], "grade"),
        (&rules, &rules, vec![("password.min", "x"), ("why", "x")], "password.min"),
        (&rules, &rules, vec![("password.min", "12"), ("why", "")], "why"),
        (&codes, &codes, vec![("uses", "0"), ("hours", "24")], "uses"),
    ];
    send_all(&mut administrator, &forms).await;
    for (query, wrong) in [("from=x&to=2026-08-03", "from"), ("from=2026-08-01&to=x", "to"), ("from=2026-08-03&to=2026-08-01", "to")] {
        only(&administrator.get(&format!("{evidence}.zip?{query}")).await, wrong);
        let oplog = administrator.get(&format!("/log?{query}")).await;
        if query.contains('x') {
            only(&oplog, wrong);
        }
    }
    administrator.get(&at("staff/import")).await.status(200);
    only(administrator.hand_in(&at("staff/import"), &[("table", "")], ("", "", b"")).await.status(422), "table");
}

#[tokio::test]
async fn the_forms_of_a_flood_say_below_the_field_what_is_wrong() {
    let world = World::new().await;
    let long = "長".repeat(501);
    let device = world.add_device(world.region, world.facility, "往診1").await;
    world.confirm(world.facility, device).await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let begun = [("why", "大雨"), ("basis", "規程第25条"), ("days", "7")];
    let refused: Vec<Form<'_>> = [("why", " "), ("basis", ""), ("days", "x"), ("event", "x")]
        .iter()
        .map(|case| ("/disaster", "/disaster", with(&begun, &[*case]), case.0))
        .collect();
    send_all(&mut secretariat, &refused).await;
    world.activate(world.region, false).await;
    let at = |rest: &str| format!("/facilities/{}/disaster/{rest}", world.facility);
    let [let_in, clear, gone] = ["let-in", "clear", "gone"].map(at);
    let id = device.to_string();
    let guest = [("whose", "guest"), ("machine", "phone"), ("name", "見本 救子"), ("from", "架空医療班"), ("days", "3")];
    let washed = [("device", id.as_str()), ("how", "washed_away"), ("why", "流された")];
    let forms: Vec<Form<'_>> = vec![
        (&let_in, &let_in, with(&guest, &[("name", "")]), "name"),
        (&let_in, &let_in, with(&guest, &[("from", "")]), "from"),
        (&let_in, &let_in, with(&guest, &[("days", "99")]), "days"),
        (&let_in, &let_in, with(&guest, &[("contact", &long)]), "contact"),
        (&let_in, &let_in, with(&guest, &[("event", "x")]), "event"),
        (&gone, &gone, with(&washed, &[("why", " ")]), "why"),
        (&gone, &gone, with(&washed, &[("how", "x")]), "how"),
        (&gone, &gone, vec![("how", "x"), ("why", "流された"), ("event", "x")], "event"),
    ];
    send_all(&mut administrator, &forms).await;
    administrator.get(&let_in).await.status(200);
    administrator.submit(&let_in, &guest).await.status(303);
    let mut page = administrator.get(&let_in).await;
    let entry = page.field("id");
    let why = [("id", entry.as_str()), ("how", "done"), ("why", &long)];
    page = administrator.submit(&clear, &why).await;
    only(page.status(422), "why");
}

#[tokio::test]
async fn the_forms_of_the_secretariat_say_below_the_field_what_is_wrong() {
    let world = World::new().await;
    let long = "長".repeat(501);
    let (mut secretariat, seed) = world.signed_in(world.region, None, "jimukyoku").await;
    let facility = world.facility.to_string();
    let area = world.add_area(world.region, "東地区", &[world.facility]).await;
    let area = format!("/areas/{area}");
    let rename = format!("{area}/name");
    let people = format!("/facilities/{facility}/people");
    let (appoint, deputy) = (format!("{people}/appoint"), format!("{people}/deputy"));
    let head = format!("{appoint}?role=head");
    let notice = [("title", "見本"), ("body", "見本"), ("weight", "important"), ("until", "2026-08-10"), ("remind", ""), ("reach", "all")];
    let applied = [
        ("name", "見本架空薬局"),
        ("kind", "pharmacy"),
        ("seat", "inside"),
        ("form_1", "2026-08-03"),
        ("form_2", "2026-08-03"),
        ("someone", "見本 花子"),
    ];
    let newcomer = [("role", "head"), ("who", "new"), ("name", "見本 三郎"), ("login", "saburo"), ("why", "交代")];
    let mut forms: Vec<Form<'_>> = vec![
        ("/areas", "/areas", vec![("name", " ")], "name"),
        (&area, &rename, vec![("name", " ")], "name"),
        (&head, &appoint, with(&newcomer, &[("name", " ")]), "name"),
        (&head, &appoint, with(&newcomer, &[("login", "あ")]), "login"),
        (&head, &appoint, with(&newcomer, &[("mail", "x")]), "mail"),
        (&head, &appoint, with(&newcomer, &[("why", " ")]), "why"),
        (&people, &deputy, vec![("on", "yes"), ("until", "x"), ("why", "x")], "until"),
        (&people, &deputy, vec![("on", "yes"), ("why", " ")], "why"),
    ];
    let weights: [(&str, &str); 5] = [("title", " "), ("body", ""), ("until", "x"), ("remind", "x"), ("reach", "")];
    forms.extend(weights.iter().map(|case| ("/notices/new", "/notices", with(&notice, &[*case]), case.0)));
    forms.push(("/notices/new", "/notices", with(&notice, &[("reach", "facilities")]), "facility"));
    let intake: [(&str, &str); 5] = [("name", " "), ("kind", "x"), ("form_2", "2026-02-29"), ("someone", ""), ("tie", &long)];
    forms.extend(intake.iter().map(|case| {
        let outside: &[(&str, &str)] = if case.0 == "tie" { &[("seat", "outside")] } else { &[] };
        ("/intakes/new", "/intakes/new", with(&applied, &[outside, &[*case]].concat()), case.0)
    }));
    let token = [("label", "見本"), ("grant", "devices"), ("days", "90")];
    let hook = [("label", "見本"), ("url", "https://127.0.0.1:9/x"), ("topic", "disaster")];
    forms.extend([
        ("/connections", "/connections/tokens", with(&token, &[("label", " ")]), "label"),
        ("/connections", "/connections/tokens", with(&token, &[("grant", "x")]), "grant"),
        ("/connections", "/connections/webhooks", with(&hook, &[("label", " ")]), "label"),
        ("/connections", "/connections/webhooks", with(&hook, &[("url", "x")]), "url"),
        ("/connections", "/connections/webhooks", with(&hook, &[("topic", "x")]), "topic"),
    ]);
    world.proven(&mut secretariat, &seed, "/connections").await;
    send_all(&mut secretariat, &forms).await;
    let membership = format!("/facilities/{facility}/membership");
    let version = secretariat.get(&membership).await.seen();
    let version = ("seen", version.as_str());
    send_all(
        &mut secretariat,
        &[
            (&membership, &membership, vec![("act", "begin_leaving"), version, ("until", "x"), ("why", "x")], "until"),
            (&membership, &membership, vec![("act", "begin_leaving"), version, ("until", "2026-08-31"), ("why", "")], "why"),
            (&membership, &membership, with(&applied, &[("act", "amend"), version, ("form_1", "x")]), "form_1"),
        ],
    )
    .await;
}

#[tokio::test]
async fn who_signs_in_or_chooses_a_password_is_told_below_the_field_unless_that_tells_too_much() {
    let world = World::new().await;
    let (mut browser, seed) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    browser.get("/account/mail").await.status(200);
    only(browser.submit("/account/mail", &[("address", "x")]).await.status(422), "address");
    browser.get("/step-up").await.status(200);
    only(browser.submit("/step-up", &[("code", "000000"), ("next", "/")]).await.status(422), "code");
    world.proven(&mut browser, &seed, "/account/password").await;
    browser.get("/account/password").await.status(200);
    only(browser.submit("/account/password", &[("password", "kurz"), ("again", "kurz")]).await.status(422), "password");
    let differ = [("password", "green harbour lantern"), ("again", "green harbour")];
    only(browser.submit("/account/password", &differ).await.status(422), "again");
    // Which of name, password and code was wrong is nobody's to know.
    let mut stranger = Browser::new(&world.router);
    stranger.get("/sign-in").await.status(200);
    let page = stranger.submit("/sign-in", &[("login", "hanako"), ("password", "x"), ("code", "000000")]).await;
    assert!(marked(&page.status(422).body).is_empty() && page.body.contains("role=\"alert\""), "{}", page.text());
}
