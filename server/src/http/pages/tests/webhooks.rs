//! Webhooks from a person's act to a real receiver and back to the page: signed, told to whom it concerns, tried again by a clock that is
//! set, given up, switched off.

use hashimori_shared::time::DAY;
use serde_json::{Value, json};

use super::browser::Browser;
use super::receiver::{Received, Receiver};
use super::world::{ORIGIN, World, this_machine};
use crate::clock::Clock as _;
use crate::domain::people::{Role, Scope};
use crate::domain::webhook::{Event, Networks};
use crate::store::webhook;
use crate::webhooks::{self, Hands, WebhookSettings};

/// One run of the job.
async fn run(world: &World, settings: &WebhookSettings) {
    let hands =
        Hands { store: &world.store, clock: &world.clock, random: &world.random, master: &world.master, settings, public_url: ORIGIN };
    webhooks::run(hands, &world.pack.parameters().staleness).await.expect("runs");
}

/// Somebody with a webhook, and who is told.
struct Told {
    world: World,
    browser: Browser,
    base: String,
    secret: String,
    receiver: Receiver,
    settings: WebhookSettings,
}

impl Told {
    async fn of_facility(topics: &[&str]) -> Self {
        let world = World::new().await;
        let (browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        let base = format!("/facilities/{}/connections", world.facility);
        Self::with(world, browser, base, topics).await
    }

    async fn of_region(topics: &[&str]) -> Self {
        let world = World::new().await;
        let (browser, _) = world.signed_in_as(Role::Secretariat, world.region, None, "jimukyoku").await;
        Self::with(world, browser, "/connections".to_owned(), topics).await
    }

    async fn with(world: World, mut browser: Browser, base: String, topics: &[&str]) -> Self {
        let receiver = Receiver::start().await;
        let settings = WebhookSettings { networks: this_machine(), authorities: Some(receiver.authorities()) };
        browser.get(&base).await.status(200);
        let (url, mut fields) = (receiver.url(), vec![("label", "見本の連携先")]);
        fields.push(("url", &url));
        fields.extend(topics.iter().map(|topic| ("topic", *topic)));
        browser.submit(&format!("{base}/webhooks"), &fields).await.redirects_to(&format!("{base}/issued"));
        let issued = browser.get(&format!("{base}/issued")).await;
        let secret = issued.text().lines().find(|line| line.starts_with("whsec_")).expect("a secret").to_owned();
        Self { world, browser, base, secret, receiver, settings }
    }

    async fn run(&self) -> Vec<Received> {
        run(&self.world, &self.settings).await;
        self.receiver.take()
    }

    async fn run_after(&self, seconds: i64) -> Vec<Received> {
        self.world.clock.advance(seconds);
        self.run().await
    }

    /// A message to the facility's webhook, without anybody signed in: the clock moves by days.
    async fn queue_test(&self) {
        let scope = Scope::Facility(self.world.region, self.world.facility);
        let id = webhook::list(self.world.store.read(), scope).await.expect("reads")[0].id;
        let mut tx = self.world.store.begin().await.expect("begins");
        let event = Event::test(id, scope, self.world.clock.now());
        webhook::queue_for(&mut tx, &self.world.random, &event, id).await.expect("queues");
        tx.commit().await.expect("commits");
    }

    async fn act(&mut self, to: &str) {
        let page = self.browser.get(&self.base.clone()).await;
        let fields = [("webhook", page.field("webhook")), ("to", to.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.submit(&format!("{}/webhooks/act", self.base), &fields).await.redirects_to(&self.base);
    }
}

/// Files a 持出届 for somebody; the paper's id.
async fn file_paper(world: &World, browser: &mut Browser) -> String {
    let new = format!("/facilities/{}/papers/new", world.facility);
    browser.get(&new).await.status(200);
    let fields = [
        ("kind", "take_out"),
        ("applicant", "架空 太郎"),
        ("form", "single"),
        ("contents", "訪問予定表"),
        ("medium", "紙"),
        ("purpose", "訪問看護"),
        ("place", "架空町"),
        ("protection", "鍵付きのかばん"),
        ("from", "2026-08-03"),
        ("until", "2026-08-05"),
    ];
    let filed = browser.submit(&new, &fields).await;
    filed.location.as_deref().and_then(|path| path.strip_prefix("/papers/")).unwrap_or_else(|| panic!("{}", filed.body)).to_owned()
}

/// How a receiver checks a message (https://www.standardwebhooks.com).
fn is_signed(received: &Received, secret: &str) -> bool {
    let secret = data_encoding::BASE64.decode(secret.strip_prefix("whsec_").expect("a secret").as_bytes()).expect("base64");
    let signed = format!("{}.{}.{}", received.header("webhook-id"), received.header("webhook-timestamp"), received.body);
    received.header("webhook-signature").split(' ').any(|signature| {
        let signature = data_encoding::BASE64.decode(signature.strip_prefix("v1,").expect("a version").as_bytes()).expect("base64");
        ring::hmac::verify(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret), signed.as_bytes(), &signature).is_ok()
    })
}

#[tokio::test]
async fn an_act_is_told_once_signed_with_ids_and_states_and_names_nobody() {
    let mut told = Told::of_facility(&["approvals"]).await;
    let paper = file_paper(&told.world, &mut told.browser).await;
    let received = told.run().await;
    let [message] = received.as_slice() else { panic!("{received:?}") };
    assert!(is_signed(message, &told.secret) && !is_signed(message, "whsec_AAAA"));
    assert_eq!((message.path.as_str(), message.header("content-type").as_str()), ("/hook?key=himitsu", "application/json"));
    assert_eq!(message.header("webhook-timestamp"), told.world.clock.now().seconds().to_string());
    assert_eq!(
        message.json(),
        json!({
            "type": "paper.filed",
            "timestamp": "2026-08-03T00:00:00Z",
            "data": {
                "region": told.world.region.to_string(),
                "facility": told.world.facility.to_string(),
                "object": { "kind": "paper", "id": paper },
                "facts": { "kind": "take_out" },
                "page": format!("{ORIGIN}/papers/{paper}"),
            },
        })
    );
    told.browser.get(&told.base).await.says("paper.filed").says("届きました（204）").says("通知中");
    assert!(told.run_after(DAY).await.is_empty(), "once");
    let stored: Vec<String> =
        sqlx::query_scalar("SELECT target || secret || host FROM webhook").fetch_all(told.world.store.read()).await.expect("reads");
    assert!(!stored[0].contains("himitsu") && !stored[0].contains(&told.secret[6..]));
}

#[tokio::test]
async fn a_renewed_secret_signs_beside_the_one_before_for_a_day_and_is_shown_once() {
    let mut told = Told::of_facility(&["approvals"]).await;
    let base = told.base.clone();
    let page = told.browser.get(&base).await;
    let id = page.field("webhook");
    let renew = [("webhook", id.as_str()), ("to", "renew")];
    let act = format!("{base}/webhooks/act");
    for _ in 0..2 {
        // The first answer never reached the person: the second click's does.
        told.browser.submit(&act, &renew).await.redirects_to(&format!("{base}/issued"));
    }
    let issued = told.browser.get(&format!("{base}/issued")).await;
    let fresh = issued.text().lines().find(|line| line.starts_with("whsec_")).expect("a secret").to_owned();
    assert_ne!(fresh, told.secret);
    told.browser.get(&format!("{base}/issued")).await.says("作ったときに一度だけ");
    told.browser.get(&base).await.says("2026年8月4日 09:00 までは、前の秘密の署名も付けて送ります");
    assert_eq!(told.world.acts("webhook_renewed").await.len(), 1);
    // Pressed again: what the receiver may still check with stays.
    told.browser.submit(&act, &renew).await.status(409).says("更新したばかり");

    told.queue_test().await;
    let received = told.run().await;
    assert!(is_signed(&received[0], &told.secret) && is_signed(&received[0], &fresh), "{received:?}");
    told.queue_test().await;
    let last = told.run_after(DAY - 1).await;
    assert!(is_signed(&last[0], &told.secret) && is_signed(&last[0], &fresh), "to the last second");
    told.queue_test().await;
    let later = told.run_after(1).await;
    assert!(!is_signed(&later[0], &told.secret) && is_signed(&later[0], &fresh), "a day is over");
    let stored: Vec<String> =
        sqlx::query_scalar("SELECT secret || old_secret FROM webhook").fetch_all(told.world.store.read()).await.expect("reads");
    assert!(!stored[0].contains(&fresh[6..]) && !stored[0].contains(&told.secret[6..]), "sealed");
}

#[tokio::test]
async fn what_is_not_taken_comes_again_rarer_and_under_the_same_id_until_it_is() {
    let mut told = Told::of_facility(&["approvals"]).await;
    told.receiver.answer(500);
    file_paper(&told.world, &mut told.browser).await;
    let first = told.run().await;
    assert_eq!(first.len(), 1);
    assert!(told.run_after(4).await.is_empty(), "not before its time");
    let second = told.run_after(2).await;
    assert_eq!(second.len(), 1);
    assert!(told.run_after(299).await.is_empty());
    told.browser.get(&told.base).await.says("応答 500").says("届いていない");
    told.receiver.answer(200);
    let third = told.run_after(32).await;
    let ids: Vec<String> = [&first, &second, &third].iter().map(|received| received[0].header("webhook-id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(is_signed(&third[0], &told.secret), "each try has its own time");
    assert_ne!(first[0].header("webhook-timestamp"), third[0].header("webhook-timestamp"));
    told.browser.get(&told.base).await.says("通知中");
    assert!(told.run_after(DAY).await.is_empty());
}

#[tokio::test]
async fn a_message_that_is_refused_by_itself_holds_up_no_other() {
    let mut told = Told::of_facility(&["approvals"]).await;
    let bad = file_paper(&told.world, &mut told.browser).await;
    file_paper(&told.world, &mut told.browser).await;
    told.receiver.refuse(422, &bad);
    assert_eq!(told.run().await.len(), 2, "the other one is sent all the same");
    file_paper(&told.world, &mut told.browser).await;
    assert_eq!(told.run_after(1).await.len(), 1, "and the next one at once");
    let again = told.run_after(5).await;
    assert!(again.len() == 1 && again[0].body.contains(&bad), "only what was refused comes again");
    // A receiver that is down holds up everything.
    told.receiver.answer(503);
    file_paper(&told.world, &mut told.browser).await;
    file_paper(&told.world, &mut told.browser).await;
    assert_eq!(told.run_after(1).await.len(), 1);
}

#[tokio::test]
async fn a_receiver_that_fails_for_days_is_switched_off_and_the_page_says_so() {
    let told = Told::of_facility(&["approvals"]).await;
    told.receiver.answer(503);
    let mut tries = 0;
    for _ in 0..24 {
        told.queue_test().await;
        tries += told.run_after(DAY / 4).await.len();
    }
    assert!((5..=24).contains(&tries), "{tries}");
    assert_eq!(told.world.acts("webhook_disabled").await.len(), 1);
    told.receiver.answer(204);
    told.queue_test().await;
    assert!(told.run_after(DAY).await.is_empty(), "it is off");
    let (mut kansa, _) = told.world.signed_in_as(Role::Auditor, told.world.region, Some(told.world.facility), "kansa").await;
    kansa.get(&told.base).await.says("停止中").says("停止しました");
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_switched_off_at_once_and_resumed_by_a_person() {
    let mut told = Told::of_facility(&["approvals"]).await;
    told.receiver.answer(410);
    file_paper(&told.world, &mut told.browser).await;
    assert_eq!(told.run().await.len(), 1);
    told.browser.get(&told.base).await.says("停止中").says("応答 410");
    file_paper(&told.world, &mut told.browser).await;
    assert!(told.run_after(60).await.is_empty(), "nothing is queued for it");
    told.receiver.answer(204);
    told.act("resume").await;
    assert!(told.run_after(60).await.is_empty(), "what happened meanwhile is not told");
    file_paper(&told.world, &mut told.browser).await;
    assert_eq!(told.run_after(1).await.len(), 1);
    assert_eq!(told.world.acts("webhook_resumed").await.len(), 1);
}

#[tokio::test]
async fn a_test_goes_to_one_webhook_and_its_end_ends_everything() {
    let mut told = Told::of_facility(&["disaster"]).await;
    told.act("test").await;
    let received = told.run().await;
    assert_eq!((received.len(), &received[0].json()["type"]), (1, &Value::from("webhook.test")));
    assert_eq!(received[0].json()["data"]["page"], format!("{ORIGIN}{}", told.base));
    told.act("test").await;
    told.act("end").await;
    assert!(told.run_after(60).await.is_empty());
    told.browser.get(&told.base).await.says("登録された接続先はありません");
    assert_eq!((told.world.acts("webhook_tested").await.len(), told.world.acts("webhook_ended").await.len()), (2, 1));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_name_is_looked_up_and_held_to() {
    let mut told = Told::of_facility(&["disaster"]).await;
    let elsewhere = Receiver::start().await;
    told.receiver.redirect(&elsewhere.url());
    told.act("test").await;
    assert_eq!(told.run().await.len(), 1);
    assert!(elsewhere.take().is_empty());
    told.browser.get(&told.base).await.says("応答 307");
    told.act("end").await;

    told.receiver.answer(204);
    let (url, base) = (told.receiver.named_url(), told.base.clone());
    told.browser.get(&base).await.status(200);
    let fields = [("label", "名前で"), ("url", url.as_str()), ("topic", "disaster")];
    told.browser.submit(&format!("{base}/webhooks"), &fields).await.redirects_to(&format!("{base}/issued"));
    told.act("test").await;
    let received = told.run_after(1).await;
    assert_eq!(received.len(), 1);
    assert!(received[0].header("host").starts_with("localhost:"));
    told.act("test").await;
    run(&told.world, &WebhookSettings { networks: Networks::default(), ..told.settings.clone() }).await;
    assert!(told.receiver.take().is_empty(), "the operator does not allow it any more");
    told.browser.get(&base).await.says("通知できないアドレスです");
}

#[tokio::test]
async fn a_region_is_told_of_its_facilities_and_a_facility_of_its_own_and_of_a_disaster_that_covers_it() {
    let mut regions = Told::of_region(&["approvals", "incidents", "disaster"]).await;
    let (mut hanako, _) = regions.world.signed_in(regions.world.region, Some(regions.world.facility), "hanako").await;
    let neighbours = Receiver::start().await;
    let (mut taro, _) = regions.world.signed_in(regions.world.region, Some(regions.world.neighbour), "taro").await;
    let base = format!("/facilities/{}/connections", regions.world.neighbour);
    taro.get(&base).await.status(200);
    let (url, topics) = (neighbours.url(), [("topic", "approvals"), ("topic", "disaster")]);
    let fields = [&[("label", "薬局"), ("url", url.as_str())], topics.as_slice()].concat();
    taro.submit(&format!("{base}/webhooks"), &fields).await.redirects_to(&format!("{base}/issued"));
    let certificates = [&regions.receiver, &neighbours].map(|one| std::fs::read_to_string(one.authorities()).expect("reads")).concat();
    std::fs::write(regions.receiver.authorities(), certificates).expect("writes");

    file_paper(&regions.world, &mut hanako).await;
    let kinds =
        |received: &[Received]| received.iter().map(|one| one.json()["type"].as_str().expect("a kind").to_owned()).collect::<Vec<_>>();
    assert_eq!(kinds(&regions.run().await), ["paper.filed"]);
    assert!(neighbours.take().is_empty(), "another facility's is none of its business");

    regions.browser.get("/disaster").await.status(200);
    let fields = [("why", "大雨特別警報"), ("basis", "§25"), ("days", "7")];
    assert_eq!(regions.browser.submit("/disaster", &fields).await.code, 303);
    let received = regions.run_after(1).await;
    assert_eq!(kinds(&received), ["disaster.activated"]);
    assert_eq!((&received[0].json()["data"]["facility"], &received[0].json()["data"]["facts"]["reach"]), (&Value::Null, &"region".into()));
    assert!(!received[0].body.contains("大雨"), "what was typed stays here: {}", received[0].body);
    let told = neighbours.take();
    assert_eq!(kinds(&told), ["disaster.activated"]);
    assert_eq!(told[0].json()["data"]["page"], format!("{ORIGIN}/facilities/{}/disaster", regions.world.neighbour));
}

#[tokio::test]
async fn changes_of_state_are_told_together_and_cost_nothing_where_nobody_wants_to_know() {
    let told = Told::of_facility(&["states"]).await;
    assert!(told.run().await.is_empty(), "the first counts are what later ones are compared with");
    for n in 0..5 {
        told.world.add_device(told.world.region, told.world.facility, &format!("受付{n}")).await;
    }
    assert!(told.run_after(60).await.is_empty(), "not more often than every few minutes");
    let received = told.run_after(300).await;
    assert_eq!((received.len(), &received[0].json()["type"]), (1, &"states.changed".into()));
    assert_eq!(received[0].json()["data"]["facts"], json!({ "before": {}, "now": { "pending": 5 } }));
    assert!(told.run_after(600).await.is_empty());

    let alone = World::new().await;
    let (mut hanako, _) = alone.signed_in(alone.region, Some(alone.facility), "hanako").await;
    file_paper(&alone, &mut hanako).await;
    let queued: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM webhook_event").fetch_one(alone.store.read()).await.expect("reads");
    assert_eq!(queued, 0);
}

#[tokio::test]
async fn an_address_that_cannot_be_told_is_refused_with_what_was_typed_and_somebody_elses_webhook_is_not_touched() {
    let mut told = Told::of_facility(&["approvals"]).await;
    let base = told.base.clone();
    for (url, said) in [
        ("https://192.168.1.1/hook", "そのアドレスには通知できません"),
        ("http://hook.example/", "https:// で始めて"),
        ("hook.example", "アドレスを"),
        ("https://a:b@hook.example/", "ユーザー名"),
    ] {
        told.browser.get(&base).await.status(200);
        let page = told.browser.submit(&format!("{base}/webhooks"), &[("label", "統計"), ("url", url), ("topic", "states")]).await;
        page.status(422).says(said);
        assert!(page.body.contains("value=\"統計\""), "{}", page.body);
    }
    let id = told.browser.get(&base).await.field("webhook");
    let (mut taro, _) = told.world.signed_in(told.world.region, Some(told.world.neighbour), "taro").await;
    let theirs = format!("/facilities/{}/connections", told.world.neighbour);
    for to in ["test", "end", "resume", "renew"] {
        taro.get(&theirs).await.status(200);
        taro.submit(&format!("{theirs}/webhooks/act"), &[("webhook", &id), ("to", to)]).await.redirects_to(&theirs);
    }
    assert!(told.run().await.is_empty());
    told.browser.get(&base).await.says("見本の連携先");
}
