//! What a person is told, in each language.

use data_encoding::BASE64;
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::checkin::{Outcome, Standing};
use hashimori_shared::evaluate::{DeviceContext, Input, evaluate_in};
use hashimori_shared::ids::StoreEpoch;
use hashimori_shared::lang::is_japanese;
use hashimori_shared::pack::Pack;
use hashimori_shared::report::sample;
use sha2::{Digest as _, Sha256};

use super::menus::Layout;
use super::*;
use crate::key::KeyPlace;
use crate::state::{LastReply, Note};

const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

fn identity() -> Identity {
    Identity {
        device: "01930000-0000-7000-8000-000000000001".to_owned(),
        endpoints: vec!["collector.example:8443".to_owned()],
        facility: "架空医院ほたる".to_owned(),
        label: Some("受付1番".to_owned()),
        language: Lang::Japanese,
        enrolled_at: NOW,
        roots: Vec::new(),
        chain: Vec::new(),
        key_place: KeyPlace::File,
        next_root_serial: 0,
        successor_serial: 0,
    }
}

fn reply(message: &str, lang: Lang) -> LastReply {
    LastReply {
        at: NOW,
        server_time: NOW,
        outcome: Outcome::Accepted,
        standing: Standing::Active,
        pack: "itsutsubashi-2019-02-08".to_owned(),
        message: Some(message.to_owned()),
        lang,
        epoch: StoreEpoch::from_bytes([1; 16]),
    }
}

/// The verdict on a report as the collector tells it in a language.
fn verdict(report: &Report, lang: Lang) -> VerdictSummary {
    let (pack, catalogues, device) = (Pack::bundled(), Catalogues::bundled(), DeviceContext::default());
    let input = Input { pack: &pack, catalogues: &catalogues, report: Some(report), attestations: &[], device: &device, now: NOW };
    evaluate_in(&input, lang).summary(&pack, lang)
}

/// A device with trouble of every kind, whose collector told it the verdict in `of`, before a reader of `lang`.
fn told(report: Report, of: Lang, lang: Lang) -> Told {
    let message = of.pick("管理者に連絡してください", "Ask your administrator");
    let progress = Progress {
        verdict: Some(verdict(&report, of)),
        verdict_lang: of,
        last_reply: Some(reply(message, of)),
        retired_at: Some(NOW),
        trouble: Some(Note::new(NOW, |lang| words::GONE.get(lang).to_owned())),
        ..Progress::default()
    };
    let names = report.accounts.iter().map(|account| (account.id.clone(), "みどり".to_owned())).collect();
    Told { identity: identity(), progress, sent: Some((report, NOW)), names, lang }
}

fn clause(clause: &str, state: State, words: [&str; 3]) -> ClauseSummary {
    let [title, reason, remedy] = words.map(str::to_owned);
    ClauseSummary { clause: clause.to_owned(), title, state, evidence: None, reason, remedy: Some(remedy) }
}

/// The page without what says that it is Japanese, and without the report's own JSON.
fn own_words(html: &str) -> String {
    let (mut own, mut rest) = (String::new(), html);
    while let Some((before, (tag, after))) = ["<span lang=\"ja\">", "<span class=\"quiet\" lang=\"ja\">", "<pre"]
        .iter()
        .filter_map(|tag| rest.find(tag).map(|at| (at, *tag)))
        .min()
        .map(|(at, tag)| (&rest[..at], (tag, &rest[at + tag.len()..])))
    {
        own += before;
        let end = if tag == "<pre" { "</pre>" } else { "</span>" };
        rest = after.split_once(end).expect("closed").1;
    }
    own + rest
}

#[test]
fn what_needs_doing_comes_first_and_says_how() {
    let verdict = VerdictSummary {
        headline: State::NonCompliant,
        clauses: vec![
            clause("§20-2", State::Compliant, ["題", "理由", ""]),
            clause("§20-5", State::NotApplicable, ["題", "理由", ""]),
            clause("§20-1", State::NonCompliant, ["題", "理由", "画面ロックを有効にしてください"]),
        ],
    };
    let text = verdict_text(&verdict, Lang::Japanese);
    assert!(text.find("§20-1").expect("there") < text.find("§20-2").expect("there"));
    assert!(text.contains("→ 画面ロックを有効にしてください") && text.contains("当てはまらない条項: 1件") && !text.contains("§20-5"));
}

#[test]
fn what_the_collector_says_is_text_and_never_markup() {
    for (of, lang) in [(Lang::Japanese, Lang::Japanese), (Lang::English, Lang::Japanese), (Lang::Japanese, Lang::English)] {
        let mut told = told(sample::bad_debian(NOW), of, lang);
        let markup = ["<script>alert(1)</script>", "\u{1b}[2J\" onload=\"x & y", "<a href='https://elsewhere.example/'>"];
        let clauses = vec![clause("§20-1", State::NonCompliant, markup), clause("§20-2", State::Compliant, markup)];
        told.progress.verdict = Some(VerdictSummary { headline: State::NonCompliant, clauses });
        told.progress.last_reply = Some(reply("<script>", of));
        told.identity.facility = "<b>".to_owned();
        told.names.values_mut().for_each(|name| "<i>".clone_into(name));
        let page = page::of_device(&told, NOW);
        let tags = ["<script", "<a ", "<b>", "<i>"];
        assert!(tags.iter().all(|tag| !page.contains(tag)) && !page.contains('\u{1b}'), "{page}");
        assert!(page.contains("&lt;script&gt;") && page.contains("&quot; onload=&quot;x &amp; y"));
        assert!(page.contains("default-src 'none'") && !page.contains("src=") && !page.contains("url("));
        let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a stylesheet");
        assert!(page.contains(&BASE64.encode(&Sha256::digest(style.as_bytes()))), "the policy names this very stylesheet");
    }
}

#[test]
fn in_english_nothing_is_japanese_but_names_menus_and_what_says_that_it_is() {
    let reports = [sample::good_debian(NOW), sample::bad_debian(NOW), sample::all_unknown(NOW), sample::japanese_windows(NOW)];
    for (report, layout) in reports.into_iter().flat_map(|report| [Layout::Flat, Layout::Nested].map(|layout| (report.clone(), layout))) {
        let mut told = told(report, Lang::English, Lang::English);
        let states = State::ALL.map(|state| clause("§19-6", state, ["Title", "reason", "Remedy"]));
        told.progress.verdict.as_mut().expect("a verdict").clauses.extend(states);
        let (sent, _) = told.sent.as_ref().expect("a report");
        let stranger = page::of_stranger(words::NOT_ENROLLED.get(Lang::English), sent, NOW, Lang::English);
        let html = page::of_device_with(&told, layout, NOW);
        for html in [&html, &stranger] {
            assert!(html.contains("<html lang=\"en\">"));
            let own = own_words(html);
            assert!(!is_japanese(&own), "{}", own.lines().filter(|line| is_japanese(line)).collect::<Vec<_>>().join("\n"));
        }
        for state in State::ALL.into_iter().filter(|state| !matches!(state, State::Compliant | State::NotApplicable)) {
            assert!(html.contains(&format!(">{}</span>", state.label(Lang::English))), "{state:?}");
        }
        assert!(html.contains("Enrolled as “<span lang=\"ja\">受付1番</span>” at <span lang=\"ja\">架空医院ほたる</span>."), "{html}");
        assert!(html.contains("turn Automatic Screen Lock on<br><span class=\"quiet\" lang=\"ja\">"), "the English menu first");
        (told.identity.facility, told.names) = ("Hotaru".to_owned(), BTreeMap::new());
        let text = text(&told);
        assert!(!is_japanese(&text), "{text}");
        for nothing in [Progress::default(), Progress { trouble: told.progress.trouble.clone(), ..Progress::default() }] {
            let told = Told { identity: identity(), progress: nothing, sent: None, names: BTreeMap::new(), lang: Lang::English };
            assert!(!is_japanese(&own_words(&page::of_device(&told, NOW))));
        }
    }
}

#[test]
fn words_that_came_in_the_other_language_say_which_it_is_and_when_that_will_change() {
    for (of, lang) in [(Lang::Japanese, Lang::English), (Lang::English, Lang::Japanese)] {
        let mut told = told(sample::bad_debian(NOW), of, lang);
        told.names.clear();
        let html = page::of_device(&told, NOW);
        let verdict = told.progress.verdict.as_ref().expect("a verdict");
        let open = verdict.clauses.iter().find(|c| c.state == State::NonCompliant && c.remedy.is_some()).expect("something to do");
        for words in [&open.title, open.remedy.as_ref().expect("a remedy")] {
            let marked = format!("<span lang=\"{}\">{}</span>", of.tag(), html::escaped(words));
            assert!(html.contains(&marked), "no {marked} in\n{html}");
        }
        assert!(html.contains(&format!("<p><span lang=\"{}\">{}</span></p>", of.tag(), html::escaped(&open.reason))), "{html}");
        assert!(html.contains(OTHER_LANGUAGE.get(lang)) && text(&told).contains(OTHER_LANGUAGE.get(lang)));
        if lang == Lang::English {
            assert!(!is_japanese(&own_words(&html)), "{html}");
        }
    }
}

#[test]
fn what_an_older_agent_kept_is_japanese() {
    let kept = r#"{"next_seq":2,"verdict":{"headline":"unknown","clauses":[]},"trouble":{"at":1785715200,"text":"届きません"},
        "last_reply":{"at":1785715200,"server_time":1785715200,"outcome":"accepted","standing":"held","pack":"p","message":"連絡してください",
        "epoch":"01010101010101010101010101010101"}}"#;
    let progress: Progress = serde_json::from_str(kept).expect("as an older agent wrote it");
    let told = Told { identity: identity(), progress, sent: None, names: BTreeMap::new(), lang: Lang::English };
    let html = page::of_device(&told, NOW);
    for words in ["届きません", "連絡してください"] {
        assert!(html.contains(&format!("<span lang=\"ja\">{words}</span>")), "{html}");
    }
    assert!(told.is_in_another_language());
}
