//! The API, as machines see it: every route × tokens of a facility and of a region × own, other facility's, other region's and no
//! object, driven by its own table; what a token is not good for; what stays at the facility.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use serde_json::Value;
use tower::ServiceExt as _;

use super::world::World;
use crate::clock::Clock as _;
use crate::domain::device::Ownership;
use crate::domain::ids::{FacilityId, PersonId, RegionId, TokenId};
use crate::domain::people::Scope;
use crate::domain::people::link::Token;
use crate::domain::token::{Grant, written};
use crate::http::api::{Object, table};
use crate::store::api_token::{self, NewToken};

/// A machine with a token.
pub(super) struct Machine {
    router: Router,
    token: String,
}

/// What it was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The problem but for its id, which is another one each time.
    fn without_id(&self) -> Value {
        let mut json = self.json();
        json.as_object_mut().map(|fields| fields.remove("instance"));
        json
    }

    #[track_caller]
    fn status(&self, code: u16) -> &Self {
        assert_eq!(self.code, code, "{}", self.body);
        self
    }
}

impl Machine {
    pub(super) async fn of(world: &World, scope: Scope, grants: &[Grant]) -> Self {
        let (token, now) = (Token::new(&world.random), world.clock.now());
        let id = TokenId::new(world.random.uuid(now));
        let hash = token.hash();
        let made = (PersonId::new(world.random.uuid(now)), now);
        let new = NewToken { id, scope, label: "見本", grants, hash: &hash, made, ends_at: now.plus_days(90) };
        let mut tx = world.store.begin().await.expect("begins");
        api_token::insert(&mut tx, &new).await.expect("inserts");
        tx.commit().await.expect("commits");
        Self::with(world, &written(&token))
    }

    /// With a token that was made before.
    pub(super) fn with(world: &World, token: &str) -> Self {
        Self { router: world.router.clone(), token: token.to_owned() }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    async fn send(&self, request: axum::http::request::Builder) -> Answer {
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        ask(&self.router, request).await
    }
}

pub(super) async fn ask(router: &Router, request: axum::http::request::Builder) -> Answer {
    let response = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("answers");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 22).await.expect("a body");
    Answer { code: parts.status.as_u16(), headers: parts.headers, body: String::from_utf8(bytes.to_vec()).expect("utf-8") }
}

/// One object of each kind, all of one facility.
struct Things {
    facility: String,
    device: String,
}

impl Things {
    async fn of(world: &World, region: RegionId, facility: FacilityId) -> Self {
        world.add_paper(region, facility, None, "見本 看護師").await;
        Self { facility: facility.to_string(), device: world.add_device(region, facility, "見本機").await.to_string() }
    }

    fn path(&self, path: &str) -> String {
        path.replace("{facility}", &self.facility).replace("{device}", &self.device)
    }
}

fn scopes(world: &World) -> [Scope; 2] {
    [Scope::Facility(world.region, world.facility), Scope::Region(world.region)]
}

#[tokio::test]
async fn what_a_token_does_not_read_of_answers_exactly_like_what_does_not_exist() {
    let world = World::new().await;
    let own = Things::of(&world, world.region, world.facility).await;
    let neighbours = Things::of(&world, world.region, world.neighbour).await;
    let foreign = Things::of(&world, world.other_region, world.foreign).await;
    let random_id = || world.random.uuid(super::world::MORNING).to_string();
    let nothing = Things { facility: random_id(), device: random_id() };
    for scope in scopes(&world) {
        // Without any grant too: that it may not read something must not tell whether it is there.
        for grants in [Grant::ALL, &[]] {
            let machine = Machine::of(&world, scope, grants).await;
            for route in table() {
                let case = format!("{scope:?} {grants:?} {}", route.path);
                let good = machine.get(&own.path(route.path)).await;
                let granted = route.grant.is_none_or(|grant| grants.contains(&grant));
                assert_eq!(good.code, if granted { 200 } else { 403 }, "{case}: {}", good.body);
                let theirs = [&neighbours, &foreign].map(|things| things.path(route.path));
                if route.object == Object::None {
                    for id in [&neighbours.facility, &neighbours.device, &foreign.facility, &foreign.device] {
                        let seen = good.body.contains(id.as_str());
                        assert!(
                            !seen || matches!(scope, Scope::Region(_)) && !id.eq(&foreign.facility) && !id.eq(&foreign.device),
                            "{case}"
                        );
                    }
                    continue;
                }
                let absent = machine.get(&nothing.path(route.path)).await;
                absent.status(404);
                for (n, path) in theirs.iter().enumerate() {
                    let answer = machine.get(path).await;
                    if n == 0 && matches!(scope, Scope::Region(_)) {
                        assert_eq!(answer.code, good.code, "{case}");
                    } else {
                        assert_eq!((answer.code, answer.without_id()), (404, absent.without_id()), "{case}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn without_a_token_that_works_nothing_is_read_and_the_answer_is_always_the_same() {
    let world = World::new().await;
    let own = Things::of(&world, world.region, world.facility).await;
    let machine = Machine::of(&world, scopes(&world)[0], Grant::ALL).await;
    let unknown = written(&Token::new(&world.random));
    for route in table() {
        let path = own.path(route.path);
        let none = ask(&world.router, Request::get(&path)).await;
        assert_eq!((none.code, none.headers[header::WWW_AUTHENTICATE].to_str().ok()), (401, Some("Bearer")), "{path}");
        let wrong = ask(&world.router, Request::get(&path).header(header::AUTHORIZATION, "Basic aGFuYWtv")).await;
        assert_eq!((wrong.code, wrong.without_id()), (none.code, none.without_id()), "{path}");
    }
    let path = own.path("/api/v1/facilities/{facility}");
    for _ in 0..8 {
        ask(&world.router, Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {unknown}"))).await.status(401);
    }
    let throttled = ask(&world.router, Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {unknown}"))).await;
    assert_eq!((throttled.code, throttled.headers[header::RETRY_AFTER].to_str().ok()), (429, Some("900")));
    machine.get(&path).await.status(200);
    world.clock.advance(90 * 86_400);
    assert_eq!(machine.get(&path).await.code, 401, "it has ended");
}

#[tokio::test]
async fn of_a_persons_own_device_a_regions_token_reads_how_it_stands_and_nothing_that_it_told() {
    let world = World::new().await;
    let id = world.add_device_of(Ownership::Personal, world.region, world.facility, "花子のスマホ").await;
    let [facility, region] = scopes(&world);
    let devices = format!("/api/v1/facilities/{}/devices", world.facility);
    for path in [format!("/api/v1/devices/{id}"), devices] {
        let own = Machine::of(&world, facility, &[Grant::Devices]).await.get(&path).await;
        assert!(own.status(200).body.contains("花子のスマホ"), "{}", own.body);
        let regions = Machine::of(&world, region, &[Grant::Devices]).await.get(&path).await;
        assert!(!regions.status(200).body.contains("花子"), "{}", regions.body);
        assert!(regions.body.contains(r#""label":null"#) && regions.body.contains(r#""class":null"#), "{}", regions.body);
        assert!(regions.body.contains(r#""reading":"pending""#), "{}", regions.body);
    }
}

#[tokio::test]
async fn papers_are_told_without_a_name_and_without_what_was_filled_in() {
    let world = World::new().await;
    world.add_paper(world.region, world.facility, None, "架空 太郎").await;
    for scope in scopes(&world) {
        let machine = Machine::of(&world, scope, &[Grant::Papers]).await;
        let papers = machine.get(&format!("/api/v1/facilities/{}/papers?kind=take_out&open=true", world.facility)).await;
        let items = papers.status(200).json()["items"].clone();
        assert_eq!((&items[0]["state"], &items[0]["from"]), (&Value::from("filed"), &Value::from("2026-08-03")));
        assert!(!papers.body.contains("架空") && !papers.body.contains("見本"), "{}", papers.body);
    }
}

#[tokio::test]
async fn an_incident_tells_the_deadlines_of_the_law_and_whether_they_were_met() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    let mut file = async |what: &str, found: &str| {
        // Ids are in order of time, to the millisecond.
        world.clock.advance(1);
        administrator.get(&new).await.status(200);
        let fields = [("kind", "incident"), ("applicant", "架空 太郎"), ("what", what), ("situation", "見本"), ("from", found)];
        administrator.submit(&new, &fields).await.location.expect("filed")
    };
    let (loss, theft, old) = (file("loss", "2026-08-03").await, file("theft", "2026-08-03").await, file("loss", "2026-07-20").await);
    for (paper, act, why) in [(&loss, "report_first", ""), (&theft, "no_leak", "暗号化されている"), (&old, "report_first", "")] {
        let fields = [("act", act), ("seen", "0"), ("when", "2026-08-03T08:30"), ("why", why)];
        administrator.submit(&format!("{paper}/act"), &fields).await.redirects_to(paper);
    }
    let told = |report: &str, due: &str, needed: bool, reported: Option<&str>, met: bool| serde_json::json!({ "report": report, "due": due, "needed": needed, "reported_at": reported, "met": met });
    let at = Some("2026-08-02T23:30:00Z");
    let wanted = [
        [told("report_first", "2026-08-08T15:00:00Z", true, at, true), told("report_full", "2026-09-01T15:00:00Z", true, None, false)],
        [told("report_first", "2026-08-08T15:00:00Z", false, None, false), told("report_full", "2026-10-01T15:00:00Z", false, None, false)],
        [told("report_first", "2026-07-25T15:00:00Z", true, at, false), told("report_full", "2026-08-18T15:00:00Z", true, None, false)],
    ];
    for scope in scopes(&world) {
        let machine = Machine::of(&world, scope, Grant::ALL).await;
        let incidents = machine.get("/api/v1/incidents").await.status(200).json();
        for (item, wanted) in incidents["items"].as_array().expect("items").iter().zip(&wanted) {
            assert_eq!(item["deadlines"], serde_json::json!(wanted));
        }
        assert_eq!(incidents["items"].as_array().map(Vec::len), Some(3));
        let papers = machine.get(&format!("/api/v1/facilities/{}/papers?kind=incident", world.facility)).await.status(200).json();
        assert_eq!(papers["items"][0]["deadlines"], serde_json::json!(wanted[2]), "the newest first");
    }
    world.add_paper(world.region, world.facility, None, "架空 太郎").await;
    let machine = Machine::of(&world, scopes(&world)[0], &[Grant::Papers]).await;
    let notice = machine.get(&format!("/api/v1/facilities/{}/papers?kind=take_out", world.facility)).await.status(200).json();
    assert_eq!(notice["items"][0]["deadlines"], serde_json::json!([]));
}

#[tokio::test]
async fn a_list_is_read_to_its_end_page_by_page_and_no_device_twice() {
    let world = World::new().await;
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(world.add_device(world.region, world.facility, &format!("受付{n}")).await.to_string());
    }
    let machine = Machine::of(&world, scopes(&world)[0], &[Grant::Devices]).await;
    let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = machine.get(&format!("/api/v1/facilities/{}/devices?limit=3{after}", world.facility)).await.json();
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    made.sort_unstable();
    assert_eq!((seen, pages), (made, 3));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let world = World::new().await;
    let machine = Machine::of(&world, scopes(&world)[0], Grant::ALL).await;
    let first = machine.get("/api/v1/counts").await;
    let tag = first.status(200).headers[header::ETAG].to_str().expect("ascii").to_owned();
    let again = machine.send(Request::get("/api/v1/counts").header(header::IF_NONE_MATCH, format!("W/\"other\", {tag}"))).await;
    assert_eq!((again.code, again.body.as_str()), (304, ""));
    assert_eq!(again.headers[header::ETAG].to_str().expect("ascii"), tag);
    world.add_device(world.region, world.facility, "受付1").await;
    let changed = machine.send(Request::get("/api/v1/counts").header(header::IF_NONE_MATCH, &tag)).await;
    assert_eq!(changed.status(200).json()["sum"]["devices"], 1);
}

#[tokio::test]
async fn a_disaster_is_told_to_whom_it_covers_and_a_drill_holds_nothing() {
    let world = World::new().await;
    world.add_exception(world.region).await;
    for scope in scopes(&world) {
        let told = Machine::of(&world, scope, &[Grant::Disaster]).await.get("/api/v1/disaster").await.json();
        assert_eq!((&told["holds"], &told["items"][0]["drill"], &told["items"][0]["phase"]), (&false.into(), &true.into(), &"on".into()));
    }
    let elsewhere = Scope::Region(world.other_region);
    assert_eq!(
        Machine::of(&world, elsewhere, &[Grant::Disaster]).await.get("/api/v1/disaster").await.json()["items"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn a_use_is_noted_once_an_hour_and_logged_once_a_day() {
    let world = World::new().await;
    let machine = Machine::of(&world, scopes(&world)[0], Grant::ALL).await;
    for _ in 0..3 {
        machine.get("/api/v1/token").await.status(200);
    }
    assert_eq!(world.acts("token_used").await.len(), 1);
    world.clock.advance(3 * 3600);
    machine.get("/api/v1/token").await.status(200);
    assert_eq!(world.acts("token_used").await.len(), 1, "the same day");
    world.clock.advance(86_400);
    machine.get("/api/v1/token").await.status(200);
    assert_eq!(world.acts("token_used").await.len(), 2);
}
