//! Every view renders its samples, in both languages.

use super::*;

/// What samples call people, places and things: stays as it is in every language.
const MADE_UP: &[&str] =
    &["見本 花子", "見本の鍵", "見本", "さくら架空診療所", "架空圏域", "架空電機", "架空の組織", "架空医療班", "受付1", "受付2"];

fn render<V: Sample>() {
    for lang in Lang::ALL {
        SAMPLE_LANG.set(lang);
        for view in V::samples() {
            check::<V>(lang, &view.render().unwrap_or_else(|e| panic!("{}: {e}", std::any::type_name::<V>())));
        }
    }
    SAMPLE_LANG.set(Lang::Japanese);
}

fn check<V>(lang: Lang, html: &str) {
    let name = std::any::type_name::<V>();
    let whole = html.contains(&format!("<html lang=\"{}\">", lang.tag())) && html.ends_with("</html>");
    assert!(whole, "{name} is a whole page in {}", lang.tag());
    let inline = html.matches("<script").count() - html.matches("<script src=\"/assets/").count();
    assert!(!html.contains("style=") && inline == 0 && !html.contains("onclick"), "{name} obeys the CSP");
    assert_eq!(html.matches("<h1").count(), 1, "{name} has one main heading");
    let posts = html.matches("method=\"post\"").count();
    assert_eq!(posts, html.matches("name=\"csrf\"").count(), "{name}: every form carries a token");
    for control in ["input", "select", "textarea"] {
        for field in html.split(&format!("<{control} ")).skip(1) {
            let tag = field.split('>').next().unwrap_or_default();
            let Some(id) = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                assert!(tag.contains("type=\"hidden\""), "{name}: a field without an id: {tag}");
                continue;
            };
            assert!(html.contains(&format!("for=\"{id}\"")), "{name}: {id} has no label");
        }
    }
    if lang == Lang::English {
        let own = MADE_UP.iter().fold(without_quoted(&without_japanese_parts(html)), |rest, word| rest.replace(word, ""));
        let foreign: Vec<&str> = own.lines().filter(|line| line.contains(is_japanese)).collect();
        assert!(foreign.is_empty(), "{name} in English says {foreign:#?}");
    }
}

fn is_japanese(c: char) -> bool {
    matches!(c, 'ぁ'..='ヿ' | '一'..='鿿')
}

/// The page without the elements that say of themselves that they are Japanese (`lang="ja"`), nested ones of their kind included.
fn without_japanese_parts(html: &str) -> String {
    let mut rest = html;
    let mut kept = String::new();
    while let Some(at) = rest.find(" lang=\"ja\"") {
        let open = rest[..at].rfind('<').expect("an attribute stands in a tag");
        kept.push_str(&rest[..open]);
        let tag: String = rest[open + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
        rest = &rest[open..];
        let (mut depth, mut end) = (0, 0);
        loop {
            let piece = &rest[end..];
            let opening = piece.find(&format!("<{tag}")).unwrap_or(usize::MAX);
            let closing = piece.find(&format!("</{tag}>")).expect("the element ends");
            if opening < closing {
                (depth, end) = (depth + 1, end + opening + 1);
            } else {
                (depth, end) = (depth - 1, end + closing + tag.len() + 3);
            }
            if depth == 0 {
                break;
            }
        }
        rest = &rest[end..];
    }
    kept + rest
}

/// Without 「…」, which quotes a word that stands on a paper or a button as it is.
fn without_quoted(text: &str) -> String {
    text.split('「')
        .enumerate()
        .map(|(i, part)| if i == 0 { part } else { part.split_once('」').map_or(part, |(_, after)| after) })
        .collect()
}

#[test]
fn every_template_renders_its_samples_with_labels_tokens_and_one_heading_in_both_languages() {
    render::<SignInPage>();
    render::<LostPage>();
    render::<StepUpPage>();
    render::<OidcLinkPage>();
    render::<KeptPage>();
    render::<SetupChoicePage>();
    render::<AccountPasswordPage>();
    render::<AccountAppPage>();
    render::<NewPasskeyPage>();
    render::<AccountPage>();
    render::<CalendarPage>();
    render::<AccountsPage>();
    render::<FormerPage>();
    render::<IssuedLinkPage>();
    render::<StartPage>();
    render::<SetupPasswordPage>();
    render::<SetupAppPage>();
    render::<RecoveryPage>();
    render::<ErrorPage>();
    render::<RegionPage>();
    render::<AreasPage>();
    render::<AreaPage>();
    render::<TodayPage>();
    render::<ListedPage>();
    render::<ExportPage>();
    render::<EvidencePage>();
    render::<LogPage>();
    render::<FacilityPage>();
    render::<CodesPage>();
    render::<CodeIssuedPage>();
    render::<PendingPage>();
    render::<DevicePage>();
    render::<PersonalDevicePage>();
    render::<SortPage>();
    render::<LedgerPage>();
    render::<LedgerCardPage>();
    render::<LossPage>();
    render::<RulesPage>();
    render::<WhatIsCheckedPage>();
    render::<ExpiredPage>();
    render::<SelfCheckPage>();
    render::<PeoplePage>();
    render::<AppointPage>();
    render::<ConfirmPage>();
    render::<AppointedPage>();
    render::<VacanciesPage>();
    render::<ExcludedPage>();
    render::<PapersPage>();
    render::<PaperFormPage>();
    render::<PaperPage>();
    render::<PaperPrintPage>();
    render::<DecisionsPage>();
    render::<FacilityLinksPage>();
    render::<FacilityLinkPage>();
    render::<PolicyPage>();
    render::<ApplicationPage>();
    render::<IncidentsPage>();
    render::<MeasuresPage>();
    render::<StaffPage>();
    render::<StaffCountsPage>();
    render::<StaffFormPage>();
    render::<StaffMemberPage>();
    render::<PledgesPage>();
    render::<TrainingPage>();
    render::<StaffImportPage>();
    render::<StaffSheetPage>();
    render::<StaffRegionPage>();
    render::<AccountMailPage>();
    render::<ConfirmMailPage>();
    render::<LettersPage>();
    render::<NoticesPage>();
    render::<NoticePage>();
    render::<FacilityNoticePage>();
    render::<NoticeFormPage>();
    render::<DisasterPage>();
    render::<ExceptionFile>();
    render::<FacilityDisasterPage>();
    render::<DisasterPaperPage>();
    render::<LetInPage>();
    render::<DoorPage>();
    render::<JoinPage>();
    render::<GonePage>();
    render::<IntakesPage>();
    render::<MembershipPage>();
    render::<PublicFacilitiesPage>();
    render::<ConnectionsPage>();
    render::<ConnectionIssuedPage>();
}

#[test]
fn what_calls_itself_japanese_is_left_out_of_the_search_and_nothing_else() {
    let page = "<p>one <span lang=\"ja\">二 <span>三</span></span> four</p><td lang=\"ja\">五</td><p>六</p>";
    assert_eq!(without_japanese_parts(page), "<p>one  four</p><p>六</p>");
    assert_eq!(without_quoted("a「い」b"), "ab");
}

#[test]
fn a_sentence_is_cut_where_the_catalogue_marks_a_part() {
    let shell = Shell::sample("recovery-title", false);
    let (before, part, after) = shell.cut("setup-passkey-instead");
    assert_eq!((before.as_str(), part.as_str(), after.as_str()), ("", "パスキーで設定する", "こともできます。"));
}
