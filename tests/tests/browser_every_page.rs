//! Every page of the one table of routes in a real Chromium, on a phone and on a desk, in light and in dark. A page that is new in the
//! table is walked by itself as soon as it is there; one that needs more than its address fails here until it says what it needs.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use hashimori_server::domain::ids::NoticeId;
use hashimori_server::domain::mail::MailAddress;
use hashimori_server::domain::notice::{Notice, Reach, Weight, Wish};
use hashimori_server::domain::people::link::Token;
use hashimori_server::http::pages::{Reader, looked_at};
use hashimori_server::random::Random;
use hashimori_server::store::paper::NewContact;
use hashimori_server::store::{Store, StoreUrl, notice, paper, region};
use hashimori_shared::lang::Lang;
use hashimori_tests::agent::Said;
use hashimori_tests::browser::Browser;
use hashimori_tests::collector::{Collector, FACILITY, REGION};
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::walk::{Hand, PASSWORD, Walk, link, now};

/// Another facility of the region, in which nobody is administrator.
const VACANT: &str = "架空薬局 つばめ";

/// What addresses ask for.
const ASKED: &[(&str, &str)] = &[
    ("/facilities/{facility}/devices", "?is=non-compliant&clause=%C2%A720-3"),
    ("/facilities/{facility}/people/appoint", "?role=deputy"),
    ("/accounts/appoint", "?role=secretariat"),
    ("/step-up", "?next=/account"),
];

/// What is walked elsewhere, or is no page.
const ELSEWHERE: &[&str] = &[
    // Those that lead to another host and back: browser_sign_in, with a provider of our own.
    "/sign-in/oidc/{provider}",
    "/step-up/oidc/{provider}",
    "/account/oidc/{provider}",
    "/oidc/return",
    // Files: their pages are walked, and what is in them is the unit tests'.
    "/export/facilities.csv",
    "/log/export.csv",
    "/facilities/{facility}/devices.csv",
    "/facilities/{facility}/papers.csv",
    "/facilities/{facility}/ledger.csv",
    "/facilities/{facility}/people.csv",
    "/public/facilities.json",
    "/facilities/{facility}/evidence.zip",
    "/facilities/{facility}/staff.csv",
    "/papers/{paper}/files/{file}",
    // One-time links out of letters: the mail tests open them.
    "/account/mail/confirm/{secret}",
    // For calendars.
    "/calendar/{secret}",
    // Without an account, through a facility's own links: below, where the links are made.
    "/apply/{secret}",
    "/join/{secret}",
    "/application/{secret}",
    "/application/{secret}/edit",
];

/// A region with devices of every standing, and who looks at it.
struct Region {
    collector: Collector,
    facility: String,
    device: String,
    own: String,
    lost: String,
    /// A paper that was sent back, an area, a disaster exception: what pages of them are asked with.
    paper: String,
    area: String,
    exception: String,
    notice: String,
}

/// The collector's store, beside it: what no command makes.
async fn beside(collector: &Collector) -> anyhow::Result<Store> {
    Ok(Store::open_beside(StoreUrl::Sqlite(collector.data().join("store.db"))).await?)
}

/// Sends a notice to everybody; its id.
async fn notice(collector: &Collector) -> anyhow::Result<String> {
    let (store, random, now) = (beside(collector).await?, Random::seeded(5), now()?);
    let region = region::list(&store).await?.first().context("a region")?.id;
    let said = Wish {
        title: "大雨への備え".to_owned(),
        body: "機器の一覧を印刷してください。\n停電に備え、充電してください。".to_owned(),
        weight: Weight::Emergency,
        until: now.plus_days(7),
        remind_days: Some(3),
    };
    let new = Notice { id: NoticeId::new(random.uuid(now)), region, said, sent_at: now, corrects: None, ended: None };
    let mut tx = store.begin().await?;
    notice::insert(&mut tx, &new, &Reach::Region, random.uuid(now).to_string().parse()?).await?;
    tx.commit().await?;
    store.close().await;
    Ok(new.id.to_string())
}

/// Somebody without an account gave a mail address with this paper; the path of their page.
async fn application(collector: &Collector, paper: &str) -> anyhow::Result<String> {
    let (store, token) = (beside(collector).await?, Token::new(&Random::seeded(6)));
    let address = MailAddress::parse("kango@hotaru.example")?;
    let (hash, ends_at) = (token.hash(), now()?.plus_days(7));
    let new = NewContact { paper: paper.parse()?, address: &address, lang: Lang::Japanese, hash: &hash, sealed: "", ends_at };
    let mut tx = store.begin().await?;
    paper::insert_contact(&mut tx, &new).await?;
    tx.commit().await?;
    store.close().await;
    Ok(format!("/application/{}", token.to_text()))
}

async fn device(collector: &Collector, number: u32, code: &[&str]) -> anyhow::Result<Synthetic> {
    let code = collector.code(code)?.parse()?;
    let mut device = Synthetic::enroll(collector.device_address(), &code, number).await?;
    device.check_in(collector.device_address(), true, now()?).await?;
    Ok(device)
}

impl Region {
    async fn new() -> anyhow::Result<Self> {
        let mut collector = Collector::prepare(None)?;
        collector.init()?;
        collector.command(&["init", "--region", REGION, "--facility", VACANT])?.expect(0)?;
        collector.run()?;
        let bad = device(&collector, 3, &["--auto-confirm"]).await?;
        device(&collector, 1, &["--auto-confirm"]).await?;
        device(&collector, 4, &[]).await?;
        let mut own = device(&collector, 2, &["--personal"]).await?;
        let gone = device(&collector, 5, &["--auto-confirm"]).await?;
        let mut lost = device(&collector, 6, &["--auto-confirm"]).await?;
        ensure!(collector.stop()?.success(), "stops");
        collector.device("retire", &gone.id)?;
        collector.device("lost", &lost.id)?;
        // No code lets a personal device in by itself.
        collector.device("confirm", &own.id)?;
        let port = collector.web_address().port();
        for (name, value) in [
            ("HASHIMORI__WEB__PUBLIC_URL", format!("http://localhost:{port}")),
            ("HASHIMORI__MAIL__HOST", "127.0.0.1".to_owned()),
            ("HASHIMORI__MAIL__TLS", "none".to_owned()),
            ("HASHIMORI__MAIL__SENDER", "hashimori@hotaru.example".to_owned()),
        ] {
            collector.set(name, &value);
        }
        collector.run()?;
        let area = first(&collector.command(&["area", "make", "川上地区"])?.expect(0)?)?;
        own.check_in(collector.device_address(), true, now()?).await?;
        lost.check_in(collector.device_address(), true, now()?).await?;
        let (facility, paper, exception, notice) = (String::new(), String::new(), String::new(), notice(&collector).await?);
        Ok(Self { collector, facility, device: bad.id, own: own.id, lost: lost.id, paper, area, exception, notice })
    }

    /// From now on papers go ahead without an approval.
    fn begin_disaster(&mut self) -> anyhow::Result<()> {
        self.collector.command(&["disaster", "activate", "--reason", "見本の理由", "--basis", "規程第25条", "--days", "7"])?.expect(0)?;
        self.exception = first(&self.collector.command(&["disaster", "list"])?.expect(0)?)?;
        Ok(())
    }

    fn path(&self, path: &str) -> String {
        let query = ASKED.iter().find(|(asked, _)| *asked == path).map_or("", |(_, query)| query);
        let device = if path.ends_with("/found") { &self.lost } else { &self.device };
        let filled = path.replace("{facility}", &self.facility).replace("{device}", device).replace("{paper}", &self.paper);
        filled
            .replace("{area}", &self.area)
            .replace("{exception}", &self.exception)
            .replace("{number}", "1")
            .replace("{notice}", &self.notice)
            + query
    }
}

/// The first word that a command printed.
fn first(said: &Said) -> anyhow::Result<String> {
    said.out.split_whitespace().next().map(str::to_owned).context("nothing was printed")
}

/// What a page's pictures are called.
fn called(path: &str) -> String {
    let words = path.split('/').filter(|word| !word.is_empty() && !word.starts_with('{'));
    let name = words.collect::<Vec<_>>().join("-");
    if name.is_empty() { "home".to_owned() } else { name }
}

/// The pages that this reader looks at; those that ask for a fresh proof first, for it does not stay fresh for long.
fn pages_of(readers: &[Reader]) -> Vec<&'static str> {
    let mut pages: Vec<_> = looked_at().into_iter().filter(|(_, reader)| readers.contains(reader)).map(|(path, _)| path).collect();
    pages.retain(|path| !ELSEWHERE.contains(path));
    pages.sort_by_key(|path| !(path.starts_with("/account/") || path.contains("export") || path.contains("appoint")));
    pages
}

/// Opens the page and looks at it.
async fn visit(walk: &Walk<'_>, path: &str, name: &str) -> anyhow::Result<()> {
    walk.open(path).await?;
    let (status, shown) = (walk.status().await?, walk.path().await?);
    ensure!(status == 200 && shown == path, "{path} answers {status} at {shown}: say here how it is reached\n{}", walk.text().await?);
    walk.browser.looks_right(name).await
}

/// Files a 持出届 for somebody and sends it back, so that each of a paper's pages has something to show; its id.
async fn sent_back(walk: &Walk<'_>, facility: &str) -> anyhow::Result<String> {
    walk.open(&format!("{facility}/papers/new")).await?;
    let typed = serde_json::json!({
        "applicant": "見本 看護師", "form": "single", "contents": "訪問予定表 3件", "medium": "タブレット", "purpose": "訪問看護",
        "place": "架空町", "protection": "起動時ロック",
    });
    fill_in(walk, typed).await?;
    walk.press("届け出る", "差し戻す").await?;
    walk.browser.looks_right("paper-filed").await?;
    send_back(walk).await?;
    Ok(walk.path().await?.rsplit('/').next().unwrap_or_default().to_owned())
}

/// Fills in a form, choices as their own controls would set them; a period is today.
async fn fill_in(walk: &Walk<'_>, typed: serde_json::Value) -> anyhow::Result<()> {
    let script = "for (const [name, value] of Object.entries(arguments[0])) for (const field of document.getElementsByName(name)) \
                  if (field.type === 'radio') field.checked = field.value === value; else field.value = value;";
    walk.browser.page.execute(script, vec![typed]).await?;
    walk.fill_day("from", now()?).await?;
    walk.fill_day("until", now()?).await
}

/// Sends the paper back whose page is open.
async fn send_back(walk: &Walk<'_>) -> anyhow::Result<()> {
    let open_acts =
        async || walk.browser.page.execute("for (const act of document.querySelectorAll('details')) act.open = true;", vec![]).await;
    open_acts().await?;
    let folder = tempfile::tempdir()?;
    let scan = folder.path().join("髙﨑 𠮷男 届出.png");
    std::fs::write(&scan, b"\x89PNG\r\n\x1a\n")?;
    walk.fill("file-note", "紙の届出").await?;
    walk.give("file-file", &scan).await?;
    walk.press("ファイルを添付する", "髙﨑 𠮷男 届出.png").await?;
    open_acts().await?;
    walk.browser.looks_right("paper-with-file").await?;
    walk.fill("send_back-why", "見本の理由").await?;
    walk.press("差し戻す", "書き直して再提出する").await
}

/// Applies by the facility's link that is open, is sent back, and looks at what the applicant sees of it.
async fn applied(walk: &Walk<'_>, facility: &str) -> anyhow::Result<()> {
    let typed = serde_json::json!({
        "applicant": "見本 看護師", "unusable": "往診用タブレット", "cause": "broken", "work": "連絡帳の閲覧", "model": "架空電機 A1",
        "os": "Android 15", "wipe": "yes", "check_lock": "yes", "check_antivirus": "yes", "check_os": "yes", "check_sharing": "yes",
        "check_password": "yes", "check_family": "yes", "mail": "kango@hotaru.example",
    });
    fill_in(walk, typed).await?;
    walk.press("申請する", "申請を受け付けました").await?;
    walk.browser.looks_right("application-own").await?;
    let own = walk.path().await?;
    walk.open(&format!("{facility}/papers?kind=personal_device")).await?;
    walk.follow("個人所有機器利用申請 第1号", "差し戻す").await?;
    send_back(walk).await?;
    visit(walk, &own, "application-sent-back").await?;
    visit(walk, &format!("{own}/edit"), "application-edit").await
}

/// Puts somebody on the list of staff.
async fn registered(walk: &Walk<'_>, facility: &str) -> anyhow::Result<()> {
    walk.open(&format!("{facility}/staff/new")).await?;
    walk.fill("name", "見本 看護師").await?;
    walk.fill("job", "看護師").await?;
    walk.fill("mcs_id", "info@hotaru.example").await?;
    walk.fill_day("joined", now()?).await?;
    walk.press("保存する", "利用準備中").await
}

/// Opens the link that the page shows, as somebody without an account does, and looks at it.
async fn without_an_account(walk: &Walk<'_>, name: &str) -> anyhow::Result<()> {
    let link = walk.text_of("code-text").await?;
    let path = link.split_once("//").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).context("a link")?.to_owned();
    visit(walk, &path, name).await
}

async fn quiet(browser: Browser) -> anyhow::Result<()> {
    let said = browser.console().await?;
    ensure!(said.is_empty(), "{said:#?}");
    browser.quit().await
}

#[test]
fn what_is_walked_in_a_way_of_its_own_is_still_in_the_table() {
    let table: BTreeSet<&str> = looked_at().into_iter().map(|(path, _)| path).collect();
    for path in ELSEWHERE.iter().chain(ASKED.iter().map(|(path, _)| path)) {
        assert!(table.contains(path), "{path}");
    }
}

#[tokio::test]
async fn what_anybody_and_a_newcomer_sees_looks_right() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &collector, ("localhost", Hand::Pointer)).await?;
    let start = link(&collector, &["account", "invite", "--name", "見本 花子", "--login", "jimukyoku"])?;
    for path in pages_of(&[Reader::Anybody]) {
        let secret = start.trim_start_matches("/start/");
        visit(&walk, &path.replace("{secret}", secret), &called(path)).await?;
    }
    walk.open(&start).await?;
    walk.press("設定を始める", "パスワード").await?;
    // They follow one another: the app's page is there once there is a password.
    let mut pages = pages_of(&[Reader::Newcomer]);
    pages.sort_by_key(|path| *path == "/setup/app");
    for path in pages {
        if path == "/setup/app" {
            walk.open("/setup/password").await?;
            walk.fill("password", PASSWORD).await?;
            walk.fill("again", PASSWORD).await?;
            walk.press("次へ", "QRコードを読み取ります").await?;
        }
        visit(&walk, path, &called(path)).await?;
    }
    quiet(browser).await
}

#[tokio::test]
async fn what_the_head_of_a_facility_sees_looks_right() -> anyhow::Result<()> {
    let mut region = Region::new().await?;
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &region.collector, ("localhost", Hand::Pointer)).await?;
    let invite = ["account", "invite", "--facility", FACILITY, "--name", "見本 花子", "--role", "head", "--login", "shocho"];
    walk.set_up(&link(&region.collector, &invite)?).await?;
    browser.looks_right("recovery-codes").await?;
    walk.open("/").await?;
    walk.sees("対応が必要です").await?;
    region.facility = walk.path().await?.split('/').nth(2).context("a facility's page")?.to_owned();

    // What is shown once is looked at as long as it is shown.
    let facility = region.path("/facilities/{facility}");
    walk.open(&format!("{facility}/codes")).await?;
    walk.press("登録コードを発行する", "この画面でしか見られません").await?;
    browser.looks_right("code-once").await?;
    walk.open(&format!("{facility}/people")).await?;
    walk.fill("deputy-why", "見本の理由").await?;
    walk.press("代行者を置く", "代行者を置いています").await?;
    walk.open(&format!("{facility}/people/appoint?role=deputy")).await?;
    walk.fill("name", "見本 次郎").await?;
    walk.fill("login", "jiro").await?;
    walk.fill("why", "見本の理由").await?;
    walk.press("確認へ進む", "まだ何も変わっていません").await?;
    browser.looks_right("appoint-confirm").await?;
    walk.press("選任する", "この画面でしか見られません").await?;
    browser.looks_right("appointed-once").await?;

    region.paper = sent_back(&walk, &facility).await?;
    registered(&walk, &facility).await?;
    walk.open(&format!("{facility}/links")).await?;
    walk.press("新しいリンクを作る", "このリンクは今だけ表示します").await?;
    browser.looks_right("facility-link-once").await?;
    without_an_account(&walk, "apply").await?;
    applied(&walk, &facility).await?;
    region.begin_disaster()?;
    walk.open(&format!("{facility}/disaster/door")).await?;
    walk.press("リンクを作る", "リンクを作り直す").await?;
    without_an_account(&walk, "join").await?;
    let application = application(&region.collector, &region.paper).await?;
    visit(&walk, &application, "application").await?;
    walk.press("このメールアドレスを確認する", "メールアドレスを確認しました").await?;
    browser.looks_right("application-proved").await?;

    for path in pages_of(&[Reader::SignedIn]).into_iter().filter(|path| *path != "/") {
        visit(&walk, &region.path(path), &called(path)).await?;
    }
    quiet(browser).await
}

#[tokio::test]
async fn what_the_secretariat_sees_looks_right() -> anyhow::Result<()> {
    let mut region = Region::new().await?;
    region.begin_disaster()?;
    let browser = Browser::start().await?;
    let walk = Walk::begin(&browser, &region.collector, ("localhost", Hand::Pointer)).await?;
    walk.set_up(&link(&region.collector, &["account", "invite", "--name", "見本 次郎", "--login", "jimukyoku"])?).await?;
    walk.open("/").await?;
    walk.follow(FACILITY, "機器").await?;
    region.facility = walk.path().await?.split('/').nth(2).context("a facility's page")?.to_owned();
    walk.open("/accounts").await?;
    let hanako = "初期設定の担当者（hanako）に新しいリンクを発行";
    walk.press(hanako, "この画面でしか見られません").await?;
    browser.looks_right("issued-link-once").await?;
    for path in pages_of(&[Reader::OfRegion]) {
        visit(&walk, &region.path(path), &called(path)).await?;
    }
    // What reads otherwise to those who look after a region.
    for path in
        ["/", "/facilities/{facility}", "/facilities/{facility}/today", "/facilities/{facility}/pending", "/facilities/{facility}/people"]
    {
        visit(&walk, &region.path(path), &format!("region-{}", called(path))).await?;
    }
    visit(&walk, &format!("/devices/{}", region.own), "region-personal-device").await?;
    quiet(browser).await
}
