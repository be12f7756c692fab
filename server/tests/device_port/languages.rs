//! A device is told its verdict in the language that it asks for; whoever asks for none is told in Japanese, as ever.

use hashimori_server::domain::device::Standing;
use hashimori_shared::checkin::{CHECK_IN_PATH, CheckInReply, VerdictSummary};
use hashimori_shared::ids::{ReportDigest, VerdictDigest};
use hashimori_shared::lang::{Lang, is_japanese};
use hashimori_shared::report::sample;
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::client::{Answer, Machine};

/// A device whose facts stay as they are.
struct Asking {
    bench: Bench,
    machine: Machine,
    body: Value,
}

impl Asking {
    async fn start() -> Self {
        let bench = Bench::start().await;
        let machine = Machine::active(&bench, "a").await;
        let body = json!({ "report": sample::bad_debian(bench.now()) });
        Self { bench, machine, body }
    }

    /// One check-in in a language that holds this verdict.
    async fn answer(&mut self, language: Option<&str>, held: Option<VerdictDigest>) -> Answer {
        let mut check_in = self.machine.next(&self.bench, "");
        check_in["body"] = self.body.clone();
        if let Some(held) = held {
            check_in["have_verdict"] = held.to_string().into();
        }
        if let Some(report) = self.body.get("report") {
            self.body = json!({ "unchanged": ReportDigest::of(report.to_string().as_bytes()).to_string() });
        }
        let header = language.map_or_else(String::new, |language| format!("accept-language: {language}\r\n"));
        let mut connection = self.machine.connect(&self.bench).await;
        connection.post_with(&header, CHECK_IN_PATH, check_in.to_string().as_bytes()).await.expect("an answer")
    }

    async fn ask(&mut self, language: Option<&str>, held: Option<VerdictDigest>) -> CheckInReply {
        self.answer(language, held).await.reply()
    }
}

fn own(verdict: &VerdictSummary) -> VerdictDigest {
    VerdictDigest::of(&serde_json::to_vec(verdict).expect("JSON"))
}

fn words(verdict: &VerdictSummary) -> Vec<&str> {
    verdict.clauses.iter().flat_map(|c| [Some(c.title.as_str()), Some(c.reason.as_str()), c.remedy.as_deref()]).flatten().collect()
}

#[tokio::test]
async fn the_verdict_comes_in_the_language_asked_for_once_and_again_when_another_is_asked_for() {
    let mut device = Asking::start().await;
    // At once with the report, and with nothing changed: both ways lead to the same words.
    let first = device.ask(Some("en-US,en;q=0.9,ja;q=0.5"), None).await;
    let english = first.verdict.expect("a verdict");
    let name = first.verdict_digest.expect("a name of its own");
    assert!(first.lang == Lang::English && words(&english).iter().all(|words| !is_japanese(words)), "{english:?}");
    assert_eq!(device.ask(Some("en"), Some(name)).await.verdict, None, "it holds it");

    let answer = device.answer(None, Some(name)).await;
    let raw = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(!raw.contains("\"lang\"") && !raw.contains("verdict_digest"), "older agents get the bytes they always got: {raw}");
    let japanese = answer.reply().verdict.expect("the same verdict in Japanese");
    assert!(japanese.clauses.iter().all(|clause| is_japanese(&clause.reason)), "{japanese:?}");
    let states = |verdict: &VerdictSummary| verdict.clauses.iter().map(|c| (c.clause.clone(), c.state, c.evidence)).collect::<Vec<_>>();
    assert_eq!((states(&japanese), japanese.headline), (states(&english), english.headline));
    for language in [None, Some("ja"), Some("fr"), Some("fr,ja;q=0.1")] {
        assert_eq!(device.ask(language, Some(own(&japanese))).await.verdict, None, "{language:?}");
    }
    let again = device.ask(Some("en"), Some(own(&japanese))).await;
    assert_eq!((again.verdict, again.verdict_digest), (Some(english), Some(name)));
}

#[tokio::test]
async fn what_judging_again_does_not_confirm_stays_japanese_says_so_and_is_tried_again() {
    let mut device = Asking::start().await;
    let first = device.ask(Some("en"), None).await;
    // As if somebody had said something about the device that has not been judged yet.
    let mut tx = device.bench.app().store.begin().await.expect("begins");
    let id = device.machine.id.expect("enrolled");
    let sort = sqlx::query("UPDATE device SET class = 'desktop' WHERE id = $1").bind(id.to_string());
    sort.execute(&mut *tx).await.expect("updates");
    tx.commit().await.expect("commits");
    let stale = device.ask(Some("en"), None).await;
    let japanese = stale.verdict.expect("the stored one");
    assert_eq!((stale.lang, stale.verdict_digest), (Lang::Japanese, None));
    assert_eq!(Some(japanese.headline), first.verdict.as_ref().map(|verdict| verdict.headline));
    assert!(japanese.clauses.iter().all(|clause| is_japanese(&clause.reason)), "{japanese:?}");
    assert!(device.ask(Some("en"), Some(own(&japanese))).await.verdict.is_some(), "what it holds is not what it asked for");
}

#[tokio::test]
async fn a_device_that_is_held_is_told_to_ask_in_its_language() {
    let mut device = Asking::start().await;
    device.ask(Some("en"), None).await;
    device.bench.decide(device.machine.id.expect("enrolled"), Standing::Lost).await;
    let held = device.ask(Some("en"), None).await;
    assert_eq!((held.lang, held.message.as_deref(), held.verdict), (Lang::English, Some("Ask your administrator"), None));
    assert_eq!(device.ask(None, None).await.message.as_deref(), Some("管理者に連絡してください"));
}
