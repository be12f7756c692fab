//! 利用者の名簿 as people keep it: joining with what is needed, pledges and trainings of many at once, leaving with nothing left open;
//! what goes wrong on the way, and how little is seen from outside.

use super::browser::{Browser, Page};
use super::world::{MORNING, World};
use crate::domain::people::Role;

/// 髙﨑 𠮷男, a nurse.
const NURSE: [(&str, &str); 4] = [("name", "髙﨑 𠮷男"), ("job", "看護師"), ("joined", "2026-08-03"), ("mcs_id", "")];

struct Desk {
    world: World,
    browser: Browser,
    list: String,
}

impl Desk {
    async fn new() -> Self {
        let world = World::new().await;
        let (browser, _) = world.signed_in(world.region, Some(world.facility), "hanako").await;
        Self { list: format!("/facilities/{}/staff", world.facility), world, browser }
    }

    async fn get(&mut self, rest: &str) -> Page {
        self.browser.get(&format!("{}{rest}", self.list)).await
    }

    async fn submit(&mut self, rest: &str, fields: &[(&str, &str)]) -> Page {
        self.browser.submit(&format!("{}{rest}", self.list), fields).await
    }

    /// Opens somebody's page, and takes a step as it stands.
    async fn act(&mut self, number: i64, act: &str, fields: &[(&str, &str)]) -> Page {
        let seen = self.get(&format!("/{number}")).await.seen();
        let fields: Vec<_> = [("act", act), ("seen", seen.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.submit(&format!("/{number}/act"), &fields).await
    }

    async fn today(&mut self) -> String {
        let path = format!("/facilities/{}/today", self.world.facility);
        self.browser.get(&path).await.status(200).text()
    }
}

#[tokio::test]
async fn a_nurse_joins_with_pledge_training_and_id_and_leaves_with_nothing_left_open() {
    let mut desk = Desk::new().await;
    desk.get("/new").await.status(200);
    let one = format!("{}/1", desk.list);
    desk.submit("/new", &NURSE).await.redirects_to(&one);
    desk.get("/1").await.says("髙﨑 𠮷男").says("利用準備中").says("今の版の誓約書").says("誓約書なし");
    desk.act(1, "begin", &[]).await.status(422).says("まだ済んでいない準備があります");
    let today = desk.today().await;
    for said in ["今の版の誓約書がない人が1人", "教育の期限が来ている人が1人", "準備が済んでいない人が1人"]
    {
        assert!(today.contains(said), "{said}: {today}");
    }

    desk.get("/pledges").await.says("様式3");
    let signed = [("who", "1"), ("day", "2026-08-03"), ("kept", "事務室の鍵付き書庫")];
    desk.submit("/pledges", &signed).await.redirects_to(&format!("{}/pledges?noted=1", desk.list));
    desk.get("/1").await.says("事務室の鍵付き書庫");
    desk.get("/training").await.status(200);
    let session =
        [("day", "2026-08-03"), ("topic", "連絡帳の使い方"), ("teacher", "見本 三郎"), ("understood", "口頭で確認"), ("who", "1")];
    desk.submit("/training", &session).await.redirects_to(&format!("{}/training?noted=1", desk.list));
    desk.get("/training?noted=1").await.says("1人の教育を記録しました").says("髙﨑 𠮷男").says("見本 三郎").says("理解の確認: 口頭で確認");
    let seen = desk.get("/1/edit").await.field("seen");
    let with_id = [NURSE[0], NURSE[1], NURSE[2], ("mcs_id", "t.yoshio@hotaru.example"), ("seen", seen.as_str())];
    desk.submit("/1/edit", &with_id).await.redirects_to(&one);
    desk.act(1, "begin", &[]).await.redirects_to(&one);
    desk.get("/1").await.says("利用中").says("様式3（規程の誓約書）、2026年8月3日に署名").says("利用の開始を確認する → 利用中");
    let today = desk.today().await;
    assert!(!today.contains("誓約書がない人が") && !today.contains("教育の期限が来て") && !today.contains("準備が済んで"), "{today}");

    desk.act(1, "leave", &[("day", "2026-08-31"), ("why", "退職")]).await.redirects_to(&one);
    assert!(desk.today().await.contains("離職の手続中の人が1人"));
    desk.act(1, "clear", &[]).await.status(422).says("1つ以上印を付けてください");
    desk.act(1, "clear", &[("item", "devices")]).await.redirects_to(&one);
    desk.world.clock.set(MORNING.plus_days(29));
    let (browser, _) = desk.world.signed_in_as(Role::Head, desk.world.region, Some(desk.world.facility), "shocho").await;
    desk.browser = browser;
    let today = desk.today().await;
    assert!(today.contains("最終日を過ぎたのに離職の手続きが済んでいない人が1人") && !today.contains("離職の手続中の人が"), "{today}");
    desk.act(1, "clear", &[("item", "membership"), ("item", "accounts")]).await.redirects_to(&one);
    assert!(!desk.today().await.contains("離職の手続きが済んで"));
    desk.get("").await.says("名簿にまだだれもいません");
    desk.get("?is=left").await.says("髙﨑 𠮷男").says("手続済み");
    desk.act(1, "leave", &[("day", "2026-08-31"), ("why", "退職")]).await.status(422).says("その手続きはできません");
    // Earlier than by itself, at their wish.
    desk.act(1, "forget", &[]).await.status(422).says("理由を");
    desk.act(1, "forget", &[("why", "本人の求めによる")]).await.redirects_to(&format!("{}?done=removed", desk.list));
    desk.get("?done=removed").await.says("氏名・職種・IDと経過の理由を消去しました");
    assert!(!desk.get("?is=left").await.text().contains("髙﨑"));
    let training = desk.get("/training").await.text();
    assert!(training.contains("連絡帳の使い方") && !training.contains("髙﨑"), "that somebody took part stays: {training}");
    desk.get("/1").await.status(404);
}

#[tokio::test]
async fn a_name_that_is_there_already_is_asked_about_and_doubtful_ids_are_told_and_taken() {
    let mut desk = Desk::new().await;
    desk.get("/new").await;
    desk.submit("/new", &[NURSE[0], NURSE[1], NURSE[2], ("mcs_id", "info@hotaru.example")]).await.status(303);
    let again = [("name", "高崎吉男"), ("job", "薬剤師"), ("joined", "2026-09-01"), ("mcs_id", "INFO@hotaru.example")];
    let page = desk.submit("/new", &again).await;
    page.status(422).says("同じ名前の人が名簿にいます").says("髙﨑 𠮷男（看護師）");
    assert!(page.body.contains("value=\"薬剤師\""), "what was typed is kept");
    assert_eq!(page.typed("joined"), ["2026", "09", "01"]);
    desk.submit("/new", &[&again[..], &[("sure", "yes")]].concat()).await.redirects_to(&format!("{}/2", desk.list));
    desk.get("").await.says("IDが他の人と同じ").says("部署のID？");
    for (changed, said) in [
        (("name", " "), "氏名は1〜60文字"),
        (("job", ""), "職種は1〜40文字"),
        (("joined", "2027-02-29"), "1年先までの実在する日"),
        (("mcs_id", "見本 ID"), "空白を含まない半角"),
    ] {
        let fields: Vec<_> = NURSE.iter().map(|field| if field.0 == changed.0 { changed } else { *field }).collect();
        desk.submit("/new", &fields).await.status(422).says(said);
    }
    desk.get("/3").await.status(404);
}

#[tokio::test]
async fn a_new_edition_of_the_pledge_is_due_of_everybody_from_its_day_and_many_sign_at_once() {
    let mut desk = Desk::new().await;
    for name in ["見本 一郎", "見本 二郎", "見本 三郎"] {
        desk.world.add_member(desk.world.region, desk.world.facility, name).await;
    }
    desk.get("/pledges").await.says("今の版の誓約書がない人（3人）");
    let all = [("who", "1"), ("who", "2"), ("who", "3")];
    desk.submit("/pledges", &[&all[..], &[("day", "2026-08-04")]].concat()).await.status(422).says("今日までの実在する日");
    desk.submit("/pledges", &[("day", "2026-08-03")]).await.status(422).says("1人以上に印を付けてください");
    let before = [("day", "2020-04-01"), ("before", "yes")];
    desk.submit("/pledges", &[&all[..], &before[..]].concat()).await.redirects_to(&format!("{}/pledges?noted=3", desk.list));
    desk.get("/pledges").await.says("全員が今の版の誓約書を交わしています").says("2020年4月1日の誓約書");
    assert!(!desk.today().await.contains("誓約書がない人が"));

    desk.submit("/pledges/edition", &[("name", ""), ("from", "2026-08-10")]).await.status(422).says("版の名前は1〜100文字");
    let second = [("name", "様式3（2026年8月版）"), ("from", "2026-08-10")];
    desk.submit("/pledges/edition", &second).await.redirects_to(&format!("{}/pledges?set=yes", desk.list));
    assert!(!desk.today().await.contains("誓約書がない人が"), "not before its day");
    desk.world.clock.set(MORNING.plus_days(7));
    let (browser, _) = desk.world.signed_in_as(Role::Head, desk.world.region, Some(desk.world.facility), "shocho").await;
    desk.browser = browser;
    assert!(desk.today().await.contains("今の版の誓約書がない人が3人"));
    desk.get("/2").await.says("誓約書の更新");
    desk.submit("/pledges", &[("who", "2"), ("day", "2026-08-10")]).await.status(303);
    desk.get("/pledges").await.says("今の版の誓約書がない人（2人）").says("様式3（2026年8月版）、2026年8月10日に署名");
    desk.act(2, "unpledge", &[("why", "別の人の署名だった")]).await.status(303);
    desk.get("/2").await.says("誓約書なし").says("別の人の署名だった");
}

#[tokio::test]
async fn a_training_noted_by_mistake_is_taken_back_and_the_one_before_it_counts_again() {
    let mut desk = Desk::new().await;
    for name in ["見本 一郎", "見本 二郎"] {
        desk.world.add_member(desk.world.region, desk.world.facility, name).await;
    }
    desk.get("/training").await;
    let session = |day, topic| [("day", day), ("topic", topic), ("who", "1"), ("who", "2")];
    desk.submit("/training", &session("2026-08-03", " ")).await.status(422).says("題目は1〜100文字");
    desk.submit("/training", &session("2026-06-01", "守秘")).await.status(303);
    desk.submit("/training", &session("2026-08-03", "取り違え")).await.status(303);
    desk.submit("/training", &session("2026-05-01", "古い記録")).await.status(303);
    desk.get("/1").await.says("2026年8月3日");
    desk.submit("/training/void", &[("training", "2"), ("why", "")]).await.status(422).says("理由");
    desk.submit("/training/void", &[("training", "2"), ("why", "別の会議")])
        .await
        .redirects_to(&format!("{}/training?void=yes", desk.list));
    desk.submit("/training/void", &[("training", "2"), ("why", "別の会議")])
        .await
        .status(409)
        .says("すでにご自身で「教育の記録の取消」をしています");
    desk.submit("/training/void", &[("training", "9"), ("why", "別の会議")]).await.status(409).says("すでに取り消されたか");
    desk.get("/training").await.says("取消").says("別の会議").says("前回 2026年6月1日");
}

#[tokio::test]
async fn a_review_confirms_the_list_as_it_was_seen_and_comes_again_after_a_year() {
    let mut desk = Desk::new().await;
    desk.get("").await.status(200);
    desk.submit("/review", &[("is", "right"), ("seen", "0-0")]).await.status(422).says("名簿にだれもいない");
    desk.world.add_member(desk.world.region, desk.world.facility, "見本 一郎").await;
    let seen = desk.get("").await.field("seen");
    desk.world.add_member(desk.world.region, desk.world.facility, "見本 二郎").await;
    desk.submit("/review", &[("is", "right"), ("seen", &seen)]).await.status(422).says("見ているあいだに名簿が変わりました");
    let seen = desk.get("").await.field("seen");
    desk.submit("/review", &[("is", "different"), ("seen", &seen), ("differences", " ")]).await.status(422).says("その内容を1〜200文字");
    desk.submit("/review", &[("seen", &seen)]).await.status(422).says("選んでください");
    let different = [("is", "different"), ("seen", seen.as_str()), ("differences", "見本 三郎がまだ残っている")];
    desk.submit("/review", &different).await.redirects_to(&format!("{}?done=reviewed", desk.list));
    desk.get("?done=reviewed").await.says("名簿の見直しを記録しました").says("見本 三郎がまだ残っている").says("2人");
    assert!(!desk.today().await.contains("見直す時期"));
    desk.world.clock.set(MORNING.plus_days(365));
    let (browser, _) = desk.world.signed_in_as(Role::Head, desk.world.region, Some(desk.world.facility), "shocho").await;
    desk.browser = browser;
    assert!(desk.today().await.contains("利用者の名簿を見直す時期です"));
    desk.get("").await.says("見直しの時期です");
}

#[tokio::test]
async fn a_password_that_was_changed_long_ago_is_brought_up_from_the_day_that_was_declared() {
    let mut desk = Desk::new().await;
    for name in ["見本 申告", "見本 未申告"] {
        desk.world.add_member(desk.world.region, desk.world.facility, name).await;
    }
    desk.act(1, "declare", &[("day", "2026-08-01")]).await.status(303);
    for (days, due) in [(87, false), (88, true)] {
        desk.world.clock.set(MORNING.plus_days(days));
        let login = if due { "shocho" } else { "daiko" };
        let role = if due { Role::Head } else { Role::Auditor };
        let (browser, _) = desk.world.signed_in_as(role, desk.world.region, Some(desk.world.facility), login).await;
        desk.browser = browser;
        let today = desk.today().await;
        assert_eq!(today.contains("パスワードの変更時期が来ている人が1人"), due, "{days}: {today}");
    }
    desk.get("").await.says("パスワードが古い");
}

#[tokio::test]
async fn of_two_who_act_at_once_the_second_is_told_and_a_mistaken_entry_leaves_no_name() {
    let mut desk = Desk::new().await;
    desk.world.add_member(desk.world.region, desk.world.facility, "見本 取消").await;
    desk.get("/1").await.status(200);
    desk.submit("/1/act", &[("act", "declare"), ("seen", "1"), ("day", "2026-08-01")]).await.status(303);
    desk.submit("/1/act", &[("act", "declare"), ("seen", "1"), ("day", "2026-08-02")]).await.status(409).says("すでにご自身で「");
    desk.get("/1").await.says("2026年8月1日");
    desk.act(1, "declare", &[("day", "2026-08-04")]).await.status(422).says("今日までの実在する日");
    desk.act(1, "train", &[]).await.status(422).says("その手続きはできません");
    desk.act(1, "remove", &[("why", "二重に登録した")]).await.redirects_to(&format!("{}?done=removed", desk.list));
    desk.get("/1").await.status(404);
    let names: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM member WHERE name <> ''").fetch_one(desk.world.store.read()).await.expect("reads");
    assert_eq!(names, 0);
}

#[tokio::test]
async fn from_outside_the_facility_only_numbers_are_seen_also_in_the_log() {
    let mut desk = Desk::new().await;
    desk.get("/new").await;
    desk.submit("/new", &NURSE).await.status(303);
    desk.act(1, "leave", &[("day", "2026-08-03"), ("why", "見本の事情")]).await.status(303);
    let (list, world) = (desk.list, desk.world);
    for (role, facility, login) in
        [(Role::Secretariat, None, "jimukyoku"), (Role::Auditor, None, "etsuran"), (Role::Auditor, Some(world.facility), "kansa")]
    {
        let (mut browser, _) = world.signed_in_as(role, world.region, facility, login).await;
        let page = browser.get(&list).await;
        page.status(200).says("離職の手続中").says("1人").says("人数と日付だけ");
        let log = browser.get("/log").await;
        log.status(200).says("名簿への登録");
        for shown in [&page.body, &log.body] {
            assert!(!shown.contains("𠮷男") && !shown.contains("見本の事情") && !shown.contains("看護師"), "{role:?}: {shown}");
        }
        for hidden in ["/1", "/new", "/pledges", "/training", "?is=left"] {
            let page = browser.get(&format!("{list}{hidden}")).await;
            assert!(!page.body.contains("𠮷男"), "{role:?}: {hidden}");
        }
    }
}

#[tokio::test]
async fn a_pasted_table_registers_everybody_or_nobody_and_says_line_and_column() {
    let mut desk = Desk::new().await;
    desk.get("/import").await.status(200).says("氏名").says("連絡帳のID");
    let wrong =
        "氏名\t職種\t利用開始日\t連絡帳のID\n髙﨑 𠮷男\t看護師\t2020-04-01\t\n見本 花子\t\t2020-04-01\t\n見本 次郎\t事務\t2020-02-30\t";
    let page = desk.submit("/import", &[("table", wrong)]).await;
    page.status(422).says("だれも登録していません").says("3行目の「職種」: 職種は1〜40文字").says("4行目の「利用開始日」");
    assert!(page.body.contains("髙﨑 𠮷男\t看護師"), "what was typed is kept");
    desk.submit("/import", &[("table", " \n")]).await.status(422).says("表に行がありません");
    desk.submit("/import", &[("table", "\"見本")]).await.status(422).says("1行目で始まる").says("閉じられていません");
    let long = "見本,看護師,2020-04-01,\n".repeat(301);
    desk.submit("/import", &[("table", &long)]).await.status(422).says("300行まで");
    desk.get("").await.says("名簿にまだだれもいません");

    let twice = "高崎吉男,看護師,2020-04-01,y@hotaru.example\n髙﨑 𠮷男,薬剤師,2024-10-01,";
    desk.submit("/import", &[("table", twice)]).await.status(422).says("2行目の「髙﨑 𠮷男」と同じ名前の人がいます");
    let imported = format!("{}?done=imported", desk.list);
    desk.submit("/import", &[("table", twice), ("sure", "yes")]).await.redirects_to(&imported);
    desk.get("?done=imported").await.says("表の全員を名簿に登録しました").says("髙﨑 𠮷男").says("y@hotaru.example");
    let many: Vec<String> = (0..300)
        .map(|n| format!("とても長い名前の見本 {n}番,介護支援専門員（見本）,2020-04-01,user{n:03}.of.the.facility@hotaru.example"))
        .collect();
    desk.submit("/import", &[("table", &many.join("\n"))]).await.redirects_to(&imported);
    desk.submit("/new", &[("name", &"長".repeat(20_000)), ("job", "x")]).await.status(413);
}

#[tokio::test]
async fn a_table_that_comes_as_a_file_is_read_as_excel_saved_it_and_is_shown_to_be_corrected() {
    let mut desk = Desk::new().await;
    let (path, imported) = (format!("{}/import", desk.list), format!("{}?done=imported", desk.list));
    desk.get("/import").await.status(200).says("またはCSVファイル");
    let shift_jis = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let table = "氏名,職種,利用開始日,連絡帳のID\r\n髙﨑 花子,看護師,2020-04-01,\r\n";
    desk.browser.hand_in(&path, &[("table", "")], ("名簿.csv", "text/csv", &shift_jis(table))).await.redirects_to(&imported);
    desk.get("").await.says("髙﨑 花子");
    let marked = [b"\xef\xbb\xbf".as_slice(), table.as_bytes()].concat();
    let again = desk.browser.hand_in(&path, &[("table", "前の表")], ("名簿.CSV", "application/vnd.ms-excel", &marked)).await;
    again.status(422).says("2行目の「髙﨑 花子」と同じ名前の人がいます");
    assert!(again.body.contains("髙﨑 花子,看護師,2020-04-01") && !again.body.contains("前の表"), "the file is what is corrected");
    desk.browser.hand_in(&path, &[("table", table), ("sure", "yes")], ("", "application/octet-stream", b"")).await.redirects_to(&imported);

    let broken = [table.as_bytes(), b"\xff,a,2020-04-01,".as_slice()].concat();
    let (large, lost) = (vec![b'a'; (256 << 10) + 1], shift_jis("氏名\r\n?男,看護師,2020-04-01,"));
    let cases: [(&str, &[u8], &str); 5] = [
        ("名簿.csv", &broken, "ファイルの3行目の文字を読み取れません"),
        ("名簿.csv", &lost, "ファイルの2行目に「?」があります"),
        ("名簿.csv", &large, "ファイルが256 KBを超えています"),
        ("名簿.xlsx", b"PK\x03\x04", "「.csv」で終わるファイルだけ"),
        ("名簿.csv", b"", "表に行がありません"),
    ];
    for (name, content, said) in cases {
        let page = desk.browser.hand_in(&path, &[("table", "")], (name, "text/csv", content)).await;
        page.status(422).says("だれも登録していません").says(said);
    }
    let kept = desk.browser.hand_in(&path, &[("table", "見本")], ("名簿.csv", "text/csv", &broken)).await;
    assert!(kept.body.contains(">見本</textarea>"), "what was pasted is kept: {}", kept.text());
}

#[tokio::test]
async fn the_file_of_the_list_can_be_pasted_again_and_its_sheets_leave_room_to_sign() {
    let mut desk = Desk::new().await;
    desk.world.add_member(desk.world.region, desk.world.facility, "髙﨑 𠮷男").await;
    desk.world.add_member(desk.world.region, desk.world.facility, "=見本").await;
    desk.get("/export").await.status(200).says("さくら架空診療所の名簿");
    let file = desk.browser.get(&format!("{}.csv", desk.list)).await;
    assert!(file.body.starts_with("\u{feff}\"氏名\",\"職種\"") && file.body.contains("\"'=見本\""), "{}", file.body);
    assert_eq!(desk.world.acts("exported").await, ["file=staff rows=2"]);
    desk.get("/import").await.status(200);
    desk.submit("/import", &[("table", &file.body), ("sure", "yes")]).await.status(303);
    desk.get("/4").await.says("=見本");
    for (sheet, said) in [("register", "連絡帳のID"), ("pledges", "署名"), ("training", "最後の教育")] {
        desk.get(&format!("/print?sheet={sheet}")).await.status(200).says("髙﨑 𠮷男").says("決裁欄").says(said);
    }
    desk.get("/print?sheet=other").await.status(404);
}

#[tokio::test]
async fn the_secretariat_sees_each_facilitys_numbers_and_the_rules_say_where_a_clause_is_answered() {
    let mut desk = Desk::new().await;
    desk.world.add_member(desk.world.region, desk.world.facility, "見本 一郎").await;
    desk.world.add_member(desk.world.other_region, desk.world.foreign, "見本 他県").await;
    let (mut secretariat, _) = desk.world.signed_in(desk.world.region, None, "jimukyoku").await;
    let page = secretariat.get("/staff").await;
    page.status(200).says("さくら架空診療所").says("もみじ架空薬局").says("1人").says("0%");
    assert!(!page.body.contains("みなと仮想訪問看護") && !page.body.contains("一郎"), "{}", page.body);
    secretariat.get("/staff?after=x").await.status(404);
    desk.browser.get("/staff").await.status(404);
    assert_eq!(desk.browser.get("/rules").await.link("教育"), format!("{}/training", desk.list));
    assert_eq!(secretariat.get("/rules").await.link("教育"), "/staff");
}
