//! Bad reports, each refused with the field and the rule; good ones kept whole.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::report::sample;

const AT: Timestamp = Timestamp::from_seconds(1_795_316_400);

fn good() -> Value {
    serde_json::to_value(sample::good_debian(AT)).expect("a report serialises")
}

fn refusal(json: &str) -> (String, String) {
    let errors = parse_report(json.as_bytes()).expect_err("must be refused");
    (errors[0].pointer.clone(), errors[0].rule.clone())
}

fn refusal_with(pointer: &str, value: Value) -> (String, String) {
    let mut report = good();
    *report.pointer_mut(pointer).expect("the pointer exists") = value;
    refusal(&report.to_string())
}

#[test]
fn every_sample_comes_back_as_it_was_sent() {
    for report in [sample::good_debian(AT), sample::bad_debian(AT), sample::all_unknown(AT), sample::japanese_windows(AT)] {
        let json = serde_json::to_vec(&report).expect("a report serialises");
        assert_eq!(parse_report(&json).expect("a good report"), report);
    }
}

#[test]
fn a_newer_agents_facts_are_kept_and_an_older_agents_absence_is_no_error() {
    let mut report = good();
    report["machine"]["secure_boot"] = json!({"value": true, "source": "efi"});
    report["machine"].as_object_mut().expect("object").remove("browsers");
    report["accounts"][0]["passkeys"] = json!({"value": 2, "source": "x"});
    let report = parse_report(report.to_string().as_bytes()).expect("accepted");
    assert_eq!(report.machine.foreign["secure_boot"]["value"], true);
    assert_eq!(report.machine.browsers, None);
    assert_eq!(report.accounts[0].foreign["passkeys"]["value"], 2);
}

#[test]
fn what_is_not_json_or_goes_on_after_the_end_is_refused() {
    for bad in ["", "{", "nonsense", "[]", "{\"v\":1} x", "\u{feff}{}"] {
        let (pointer, rule) = refusal(bad);
        assert_eq!(pointer, "", "{bad}: {rule}");
    }
    let cut = good().to_string();
    assert!(refusal(&cut[..cut.len() / 2]).1.starts_with("must be JSON"));
    assert_eq!(parse_report(&[0xff, 0xfe, 0x00]).expect_err("refused")[0].pointer, "");
}

#[test]
fn another_version_is_refused_before_anything_else_is_complained_of() {
    let (pointer, rule) = refusal(r#"{"v":2,"shape":"unheard of"}"#);
    assert_eq!((pointer.as_str(), rule.as_str()), ("/v", "report version 1 is known here, not 2"));
    assert_eq!(refusal_with("/v", json!(0)).0, "/v");
    assert_eq!(refusal_with("/v", json!(70_000)).0, "/v");
}

#[test]
fn an_oversized_report_is_refused_unread() {
    let big = format!("{{\"v\":1,\"x\":\"{}\"}}", "a".repeat(MAX_REPORT_BYTES));
    assert_eq!(refusal(&big), (String::new(), "at most 65536 bytes".to_owned()));
}

#[test]
fn deep_nesting_is_refused_at_the_level_that_goes_too_far() {
    let deep = format!("{}1{}", "{\"a\":".repeat(60), "}".repeat(60));
    let (pointer, rule) = refusal(&deep);
    assert_eq!(pointer, "/a".repeat(12));
    assert_eq!(rule, "nested at most 12 deep");
    let arrays = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(refusal(&arrays).1, "nested at most 12 deep");
}

#[test]
fn a_key_that_is_there_twice_is_refused_wherever_it_is() {
    let good = good().to_string();
    let twice = good.replacen("\"agent\":", "\"agent\":{},\"agent\":", 1);
    assert_eq!(refusal(&twice), ("/agent".to_owned(), "each name once per object".to_owned()));
    let nested = good.replacen("\"enabled\":false", "\"enabled\":false,\"enabled\":true", 1);
    assert_eq!(refusal(&nested).0, "/machine/auto_login/value/enabled");
    let escaped = good.replacen("\"enabled\":false", "\"enabled\":false,\"\\u0065nabled\":true", 1);
    assert_eq!(refusal(&escaped).0, "/machine/auto_login/value/enabled");
    let foreign = good.replacen("\"machine\":{", "\"machine\":{\"new\":{\"x\":1,\"x\":2},", 1);
    assert_eq!(refusal(&foreign).0, "/machine/new/x");
}

#[test]
fn long_strings_long_names_and_many_items_are_refused_by_name() {
    assert_eq!(refusal_with("/agent/version", json!("あ".repeat(301))), ("/agent/version".to_owned(), "at most 300 characters".to_owned()));
    let mut report = good();
    report["agent"]["version"] = json!("あ".repeat(300));
    assert!(parse_report(report.to_string().as_bytes()).is_ok());
    let (pointer, rule) = refusal_with("/machine/browsers/value", json!(vec![json!({"id":"x","version":"1"}); 65]));
    assert_eq!((pointer.as_str(), rule.as_str()), ("/machine/browsers/value", "at most 64 items"));
    let mut report = good();
    for i in 0..65 {
        report["machine"][format!("new_{i}")] = json!(1);
    }
    assert_eq!(refusal(&report.to_string()), ("/machine".to_owned(), "at most 64 members".to_owned()));
    let mut report = good();
    report["machine"]["n".repeat(65)] = json!(1);
    assert!(refusal(&report.to_string()).1.starts_with("a name has at most 64 bytes"));
}

#[test]
fn characters_that_hide_or_turn_text_are_refused() {
    for bad in ["a\u{0}b", "a\nb", "\u{202e}gnp.exe", "\u{2066}x"] {
        assert_eq!(refusal_with("/machine/os/value/name", json!(bad)).0, "/machine/os/value/name");
    }
}

#[test]
fn a_wrong_type_is_refused_at_its_place() {
    assert_eq!(refusal_with("/machine/os/value/family", json!(7)).0, "/machine/os/value/family");
    assert_eq!(refusal_with("/accounts/1/last_used", json!({"value": "yesterday"})).0, "/accounts/1/last_used/value");
    assert_eq!(refusal_with("/accounts/0/id", json!("Yamada")).0, "/accounts/0/id");
    assert_eq!(refusal_with("/machine/firewall", json!({"source": "x"})).1, "a fact needs `value` or `unknown`");
    assert_eq!(refusal_with("/machine/last_update/value", json!(1.5)).0, "/machine/last_update/value");
    assert_eq!(refusal_with("/machine/last_update/value", json!("1790000000")).0, "/machine/last_update/value");
}

#[test]
fn instants_outside_the_calendar_are_refused_by_name() {
    for (pointer, value) in [
        ("/machine/last_update/value", json!(-1)),
        ("/machine/pending_updates/value/lists_refreshed_at", json!(4_102_444_801_i64)),
        ("/machine/password_policy/value/since/value", json!(i64::MAX)),
        ("/machine/antivirus/value/products/0/signatures_at/value", json!(i64::MIN)),
        ("/accounts/1/last_used/value", json!(-5)),
        ("/accounts/0/password_changed/value", json!(9_999_999_999_i64)),
    ] {
        assert_eq!(refusal_with(pointer, value).0, pointer);
    }
    let mut report = good();
    report["accounts"][0]["screen_lock"]["observed_at"] = json!(-1);
    assert_eq!(refusal(&report.to_string()).0, "/accounts/0/screen_lock/observed_at");
}

#[test]
fn an_account_listed_twice_is_refused() {
    let mut report = good();
    report["accounts"][1]["id"] = report["accounts"][0]["id"].clone();
    assert_eq!(refusal(&report.to_string()), ("/accounts/1/id".to_owned(), "each account once".to_owned()));
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_report(&bytes);
    }

    #[test]
    fn a_report_with_one_byte_changed_is_read_or_refused_with_a_pointer_into_it(at in 0usize..2000, byte in any::<u8>()) {
        let mut json = good().to_string().into_bytes();
        let at = at % json.len();
        json[at] = byte;
        if let Err(errors) = parse_report(&json) {
            prop_assert!(!errors.is_empty() && errors.len() <= 20);
            prop_assert!(errors.iter().all(|e| e.pointer.is_empty() || e.pointer.starts_with('/')));
        }
    }
}
