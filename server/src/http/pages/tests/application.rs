//! The page that somebody without an account gets of their own paper: how it stands, what is asked of them, how it is filled in again and
//! how it is taken back.

use super::browser::{Browser, Page};
use super::personal::{act, application, new_link, newest, own_link};
use super::world::{MORNING, World};
use crate::domain::device::Ownership;
use crate::domain::people::Role;

/// The version that a form was made with.
fn seen(page: &Page) -> String {
    page.field("seen")
}

async fn withdraw(browser: &mut Browser, own: &str, (seen, why): (&str, &str)) -> Page {
    browser.submit(&format!("{own}/withdraw"), &[("seen", seen), ("why", why)]).await
}

/// A nurse's application through the facility's link; the paths of their page and of the paper.
async fn asked(world: &World, administrator: &mut Browser, nurse: &mut Browser, changed: &[(&'static str, &str)]) -> (String, String) {
    let link = new_link(world, administrator).await;
    nurse.get(&link).await.status(200);
    let own = own_link(&nurse.submit(&link, &application(changed)).await);
    let paper = newest(world, administrator).await;
    (own, paper)
}

#[tokio::test]
async fn whoever_asked_without_an_account_takes_it_back_by_their_own_link_and_the_link_says_so_afterwards() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut nurse = Browser::new(&world.router);
    nurse.get(&link).await.status(200);
    let own = own_link(&nurse.submit(&link, &application(&[])).await);
    let page = nurse.get(&own).await;
    page.says("第1号").says("承認待ち").says("承認されるまで").says(&format!("https://hashimori.example{own}")).says("申請を取り下げる");
    assert!(!page.body.contains("髙﨑") && !page.body.contains("架空電機"), "a link may be in other hands: {}", page.text());
    let version = seen(&page);
    withdraw(&mut nurse, &own, (&version, " ")).await.status(422).says("理由");
    withdraw(&mut nurse, &own, (&version, "機器が戻った")).await.redirects_to(&own);
    let after = nurse.get(&own).await;
    after.status(200).says("取下げ").says("この申請は取り下げられています").says("新しく申請してください");
    assert!(!after.body.contains("name=\"seen\""), "{}", after.text());
    // Sent once more, from a page that was still open.
    withdraw(&mut nurse, &own, (&version, "機器が戻った")).await.status(409).says("すでに申請した方のリンクから「取り下げる」をしています");
    let paper = newest(&world, &mut administrator).await;
    administrator.get(&paper).await.says("取下げ").says("サインインしていない人").says("機器が戻った");
    act(&mut administrator, &paper, "approve", &[]).await.status(409).says("サインインしていない人が先に「取り下げる」をしています");
    assert_eq!(world.acts("paper_moved").await.len(), 1);
    // The facility's own link is another, and goes on.
    nurse.get(&link).await.status(200).says("申請する");
}

#[tokio::test]
async fn a_link_to_ones_own_page_from_before_it_had_an_address_of_its_own_leads_there() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let mut nurse = Browser::new(&world.router);
    let (own, _) = asked(&world, &mut administrator, &mut nurse, &[]).await;
    let old = own.replace("/application/", "/apply/");
    nurse.get(&old).await.redirects_to(&own);
    nurse.submit(&old, &[("seen", "0"), ("why", "見本")]).await.redirects_to(&own);
    nurse.get(&own).await.says("承認待ち");
    for unknown in ["/application/", "/apply/"].map(|path| format!("{path}{}", "B".repeat(43))) {
        nurse.get(&unknown).await.status(404).says("新しいリンクの発行を頼んでください");
    }
    for _ in 0..8 {
        nurse.get(&format!("/application/{}", "C".repeat(43))).await;
    }
    nurse.get(&format!("/application/{}", "C".repeat(43))).await.status(429);
    nurse.get(&own).await.status(200);
}

#[tokio::test]
async fn of_an_approval_and_a_withdrawal_at_once_the_second_is_told_and_nothing_is_lost() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let mut nurse = Browser::new(&world.router);
    let (own, paper) = asked(&world, &mut administrator, &mut nurse, &[]).await;
    let version = seen(&nurse.get(&own).await);
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    let late = withdraw(&mut nurse, &own, (&version, "やめる")).await;
    late.status(409).says("09:00に、事業所か事務局が先に「承認する」をしています").says("利用中");
    assert!(!late.body.contains("見本 花子"), "a link may be in other hands: {}", late.text());
    administrator.get(&paper).await.says("利用中（承認済み）");
    world.clock.advance(60);
    // One that was sent back can still be taken back.
    let (second, paper) = asked(&world, &mut administrator, &mut nurse, &[]).await;
    act(&mut administrator, &paper, "send_back", &[("why", "機種が読めない")]).await.redirects_to(&paper);
    let page = nurse.get(&second).await;
    page.says("書き直して再提出").says("機種が読めない");
    withdraw(&mut nurse, &second, (&seen(&page), "別の機器にする")).await.redirects_to(&second);
}

#[tokio::test]
async fn what_was_sent_back_is_filled_in_again_by_the_applicants_own_link_and_nothing_of_it_is_lost() {
    let world = World::new().await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let mut nurse = Browser::new(&world.router);
    let (own, paper) = asked(&world, &mut administrator, &mut nurse, &[]).await;
    let edit = format!("{own}/edit");
    nurse.get(&edit).await.redirects_to(&own);
    nurse.submit(&edit, &application(&[])).await.status(409).says("すでに申請した方のリンクから「");
    act(&mut administrator, &paper, "link_device", &[("device", &phone.to_string())]).await.redirects_to(&paper);
    act(&mut administrator, &paper, "send_back", &[("why", "OSの版を正しく")]).await.redirects_to(&paper);

    assert_eq!(nurse.get(&own).await.link("書き直して再提出する"), edit);
    let form = nurse.get(&edit).await;
    form.status(200).says("個人所有機器利用申請 第1号").says("差戻しの理由: OSの版を正しく");
    assert!(form.body.contains("value=\"Android 15\""), "{}", form.body);
    assert_eq!(form.typed("until"), ["2026", "08", "12"]);
    assert!(!form.body.contains("髙﨑") && !form.body.contains("name=\"mail\""), "their name is theirs to write: {}", form.body);
    let wrong = nurse.submit(&edit, &application(&[("os", "Android 16"), ("until", "2026-08-02")])).await;
    wrong.status(422).says("最終日は、初日");
    assert!(wrong.body.contains("value=\"Android 16\"") && wrong.body.contains("value=\"髙﨑 𠮷男\""), "what was typed stays");
    world.clock.advance(60);
    let other = nurse.submit(&edit, &application(&[("applicant", "見本 二郎"), ("os", "Android 16")])).await;
    other.status(422).says("使う人は変えられません");
    nurse.submit(&edit, &application(&[("os", "Android 16"), ("device", "x"), ("on", "2026-01-01")])).await.redirects_to(&own);
    nurse.get(&own).await.says("承認待ち");
    let shown = administrator.get(&paper).await;
    shown.says("前の記入 — OS").says("Android 15");
    shown.says("Android 16").says("髙﨑 𠮷男").says("書き直して再提出する").says("サインインしていない人");
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    administrator.get(&format!("/devices/{phone}")).await.says("承認による例外");
    assert_eq!(world.acts("paper_filed").await, ["kind=personal_device link", "kind=personal_device again link"]);
}

#[tokio::test]
async fn the_page_tells_the_condition_and_the_days_and_what_is_to_be_done_when_they_are_over() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let mut nurse = Browser::new(&world.router);
    let (own, paper) = asked(&world, &mut administrator, &mut nurse, &[("from", "2026-08-04")]).await;
    act(&mut administrator, &paper, "approve", &[("until", "2026-08-10"), ("why", "閲覧だけ")]).await.redirects_to(&paper);
    let early = nurse.get(&own).await;
    early.says("業務に使えるのは2026年8月4日").says("承認の条件\n閲覧だけ").says("2026年8月4日 – 2026年8月10日");
    assert!(!early.body.contains("name=\"seen\""), "what is decided is not taken back: {}", early.text());
    world.clock.set(MORNING.plus_days(1));
    nurse.get(&own).await.says("承認されています。期間と条件を守って");
    world.clock.set(MORNING.plus_days(8));
    nurse.get(&own).await.says("失効").says("承認の期間が終わりました").says("連絡帳からログアウト");
    let (mut head, _) = world.signed_in_as(Role::Head, world.region, Some(world.facility), "shocho").await;
    act(&mut head, &paper, "revoke", &[("why", "期間が過ぎた")]).await.redirects_to(&paper);
    nurse.get(&own).await.says("承認が取り消されました").says("期間が過ぎた");
    let cleared = [("data", "yes"), ("logout", "yes"), ("passwords", "yes"), ("checker", "見本 花子")];
    act(&mut head, &paper, "confirm_end", &cleared).await.redirects_to(&paper);
    nurse.get(&own).await.says("利用の終了が確認され");
    // Another, which is refused.
    let (mut administrator, _) = world.signed_in_as(Role::Deputy, world.region, Some(world.facility), "daiko").await;
    world.allow_deputies(world.facility).await;
    let days = [("from", "2026-08-11"), ("until", "2026-08-12")];
    let (own, paper) = asked(&world, &mut administrator, &mut nurse, &days).await;
    act(&mut administrator, &paper, "refuse", &[("why", "予備の機器がある")]).await.redirects_to(&paper);
    nurse.get(&own).await.says("承認されませんでした").says("予備の機器がある");
}

#[tokio::test]
async fn at_a_facility_that_is_suspended_in_the_middle_nothing_is_asked_for_or_approved_and_ones_own_is_still_taken_back() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let (mut secretariat, _) = world.signed_in(world.region, None, "jimukyoku").await;
    let mut nurse = Browser::new(&world.router);
    let (own, paper) = asked(&world, &mut administrator, &mut nurse, &[]).await;
    act(&mut administrator, &paper, "send_back", &[("why", "OSの版を正しく")]).await.redirects_to(&paper);
    world.clock.advance(60);
    let link = new_link(&world, &mut administrator).await;
    nurse.get(&link).await.status(200);
    let waiting = own_link(&nurse.submit(&link, &application(&[])).await);
    let waits = newest(&world, &mut administrator).await;
    let page = format!("/facilities/{}/membership", world.facility);
    let version = secretariat.get(&page).await.field("seen");
    secretariat.submit(&page, &[("act", "suspend"), ("seen", &version), ("why", "見本の理由")]).await.redirects_to(&page);

    nurse.get(&link).await.status(200);
    let refused = nurse.submit(&link, &application(&[])).await;
    refused.status(409).says("利用停止中です");
    assert!(refused.body.contains("value=\"髙﨑 𠮷男\""), "what was typed stays");
    nurse.get(&own).await.status(200);
    let refused = nurse.submit(&format!("{own}/edit"), &application(&[])).await;
    refused.status(409).says("利用停止中です");
    assert!(refused.body.contains("value=\"髙﨑 𠮷男\""), "what was typed stays");
    act(&mut administrator, &waits, "approve", &[]).await.status(422).says("利用停止中です");
    let version = seen(&nurse.get(&waiting).await);
    withdraw(&mut nurse, &waiting, (&version, "機器が戻った")).await.redirects_to(&waiting);
    nurse.get(&waiting).await.says("取り下げられています");

    // Where it has left, one's own can still be read.
    for (act, fields) in
        [("begin_leaving", vec![("until", "2026-08-03")]), ("hand_over", vec![("someone", "見本 院長")]), ("leave", vec![("sure", "yes")])]
    {
        let version = secretariat.get(&page).await.field("seen");
        let fields = [vec![("act", act), ("seen", version.as_str()), ("why", "閉院のため")], fields].concat();
        secretariat.submit(&page, &fields).await.redirects_to(&page);
    }
    nurse.get(&link).await.status(404).says("このリンクは使えません");
    let left = nurse.get(&own).await;
    left.status(200).says("完了");
    withdraw(&mut nurse, &own, ("2", "閉院のため")).await.status(409).says("退会しました");
}

#[tokio::test]
async fn what_is_filled_in_again_does_not_share_its_days_with_another_paper_about_the_same_device() {
    let world = World::new().await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await.to_string();
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let mut nurse = Browser::new(&world.router);
    let (own, first) = asked(&world, &mut administrator, &mut nurse, &[]).await;
    act(&mut administrator, &first, "link_device", &[("device", &phone)]).await.redirects_to(&first);
    act(&mut administrator, &first, "send_back", &[("why", "期間を短く")]).await.redirects_to(&first);
    world.clock.advance(60);
    let days = [("from", "2026-08-10"), ("until", "2026-08-20")];
    let (_, second) = asked(&world, &mut administrator, &mut nurse, &days).await;
    act(&mut administrator, &second, "link_device", &[("device", &phone)]).await.redirects_to(&second);
    let edit = format!("{own}/edit");
    nurse.get(&edit).await.status(200);
    nurse.submit(&edit, &application(&[])).await.status(422).says("期間の重なる書類（第2号）");
    nurse.submit(&edit, &application(&[("until", "2026-08-09")])).await.redirects_to(&own);
}

#[tokio::test]
async fn a_report_without_an_account_reads_as_a_report_and_is_not_taken_back() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let links = format!("/facilities/{}/links", world.facility);
    administrator.get(&links).await.status(200);
    administrator.submit(&links, &[("kind", "incident")]).await.status(303);
    let shown = administrator.get(&format!("{links}/issued")).await;
    let link = format!("/apply/{}", shown.body.split("/apply/").nth(1).and_then(|rest| rest.split('<').next()).expect("a link"));
    let mut nurse = Browser::new(&world.router);
    nurse.get(&link).await.says("報告する");
    let report = [("applicant", "見本 看護師"), ("what", "loss"), ("situation", "タブレットがない"), ("held", "unknown")];
    let own = own_link(&nurse.submit(&link, &report).await);
    let page = nurse.get(&own).await;
    page.says("報告を受け付けました（第1号）").says("報告日").says("受付を待っています");
    assert!(!page.text().contains("申請") && !page.body.contains("name=\"seen\""), "{}", page.text());
    withdraw(&mut nurse, &own, ("0", "誤り")).await.status(422);
    let list = administrator.get(&format!("/facilities/{}/papers?kind=incident", world.facility)).await;
    let paper = format!("/papers/{}", list.body.split("href=\"/papers/").nth(1).and_then(|rest| rest.split('"').next()).expect("a paper"));
    act(&mut administrator, &paper, "take_up", &[]).await.redirects_to(&paper);
    nurse.get(&own).await.says("対応中").says("新しくわかったことは");
}

#[tokio::test]
async fn the_form_without_an_account_asks_for_all_that_the_application_has_to_say() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let link = new_link(&world, &mut administrator).await;
    let mut nurse = Browser::new(&world.router);
    let form = nurse.get(&link).await;
    for label in ["使う人", "使えなくなった事業所の機器", "使えなくなった事由", "使えなくなった日", "利用する業務", "期間"]
    {
        form.says(label);
    }
    for label in ["個人所有の機器（種類・機種）", "OSと版", "製造番号など", "遠隔消去に同意", "所見（§20-13）"]
    {
        form.says(label);
    }
    let checks = [
        ("check_lock", "起動時・画面のロック"),
        ("check_antivirus", "ウイルス対策ソフト"),
        ("check_os", "OSとブラウザ"),
        ("check_sharing", "ファイル交換ソフト"),
        ("check_password", "パスワードを記憶させていない"),
        ("check_family", "家族などと共用していない"),
        ("wipe", "遠隔消去に同意"),
        ("unusable", "使えなくなった事業所の機器"),
        ("cause", "使えなくなった事由"),
    ];
    for (field, label) in checks {
        let page = nurse.submit(&link, &application(&[(field, "")])).await;
        page.status(422).says("を入れてください");
        assert!(page.text().lines().any(|line| line.contains(label) && line.contains("を入れてください")), "{field}: {}", page.text());
    }
    assert!(world.acts("paper_filed").await.is_empty());
}

#[tokio::test]
async fn an_application_on_paper_is_entered_later_with_its_own_days_and_so_is_its_approval() {
    let world = World::new().await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let new = format!("/facilities/{}/papers/new", world.facility);
    administrator.get(&new).await.status(200);
    let july = [("from", "2026-07-01"), ("until", "2026-07-20")];
    administrator.submit(&new, &application(&july)).await.status(422).says("最終日が過ぎています");
    let on_paper = [july.as_slice(), &[("on", "2026-06-30")]].concat();
    administrator.submit(&new, &application(&on_paper)).await.status(303);
    let paper = newest(&world, &mut administrator).await;
    administrator.get(&paper).await.says("申請日\n2026年6月30日").says("紙の日付: 2026年6月30日");
    act(&mut administrator, &paper, "approve", &[]).await.status(422).says("期間が過ぎています");
    act(&mut administrator, &paper, "approve", &[("on", "2026-06-29")]).await.status(422).says("紙の日付は");
    act(&mut administrator, &paper, "approve", &[("on", "2026-06-30")]).await.redirects_to(&paper);
    administrator.get(&paper).await.says("失効").says("紙の日付: 2026年6月30日");
    administrator.get(&format!("{paper}/print")).await.says("令和8年（2026年）6月30日");
}

#[tokio::test]
async fn a_phone_that_still_waits_to_be_confirmed_is_no_hindrance_to_filling_the_application_in_again() {
    let world = World::new().await;
    let phone = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物1").await;
    let (mut administrator, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
    let mut nurse = Browser::new(&world.router);
    let (_, paper) = asked(&world, &mut administrator, &mut nurse, &[]).await;
    act(&mut administrator, &paper, "link_device", &[("device", &phone.to_string())]).await.redirects_to(&paper);
    act(&mut administrator, &paper, "send_back", &[("why", "OSの版を正しく")]).await.redirects_to(&paper);
    let edit = format!("{paper}/edit");
    administrator.get(&edit).await.status(200);
    let another = administrator.submit(&edit, &application(&[("applicant", "見本 花子"), ("device", &phone.to_string())])).await;
    another.status(422).says("ほかの人の書類は、新しく書いてください");
    administrator.submit(&edit, &application(&[("device", &phone.to_string())])).await.redirects_to(&paper);
    act(&mut administrator, &paper, "approve", &[]).await.redirects_to(&paper);
    let other = world.add_device_of(Ownership::Personal, world.region, world.facility, "私物2").await.to_string();
    let changed = act(&mut administrator, &paper, "link_device", &[("device", &other)]).await;
    changed.status(422).says("承認した機器は、ほかの機器に替えられません");
}
