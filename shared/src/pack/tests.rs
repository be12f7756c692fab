//! The bundled pack is whole; packs and overlays that make no sense are refused with line and reason.

use super::*;
use crate::lang::{Lang, is_japanese};

fn refusal(text: &str) -> PackError {
    Pack::parse(text).expect_err("must be refused")
}

/// The bundled pack with `from` replaced by `to`.
fn changed(from: &str, to: &str) -> String {
    assert!(BUNDLED.contains(from), "{from}");
    BUNDLED.replacen(from, to, 1)
}

#[test]
fn the_bundled_pack_is_valid_and_names_itself() {
    let pack = Pack::bundled();
    assert_eq!(pack.id(), "itsutsubashi-2019-02-08");
    assert!(pack.revision().starts_with("3-"), "{}", pack.revision());
}

#[test]
fn every_clause_of_the_regulation_is_in_the_bundled_pack() {
    let numbered = |prefix: &str, n: u32| (1..=n).map(move |i| format!("{prefix}{i}")).collect::<Vec<_>>();
    let mut wanted: Vec<String> = Vec::new();
    for n in 1..=26 {
        wanted.extend(match n {
            8 => numbered("§8-", 2),
            13 => numbered("§13-", 2),
            16 => numbered("§16-", 6),
            19 => [vec!["§19柱書".to_owned()], numbered("§19-", 6)].concat(),
            20 => [vec!["§20柱書".to_owned()], numbered("§20-", 13)].concat(),
            9 => [vec!["§9".to_owned()], numbered("§9-", 2)].concat(),
            17 => [vec!["§17".to_owned(), "§17後段".to_owned()], numbered("§17-", 5)].concat(),
            21 => [vec!["§21".to_owned()], numbered("§21-", 2)].concat(),
            22 => [vec!["§22".to_owned()], numbered("§22-", 2)].concat(),
            n => vec![format!("§{n}")],
        });
    }
    wanted.extend(numbered("附則", 3));
    wanted.extend(numbered("留1-", 2));
    wanted.extend(numbered("留2-", 3));
    wanted.extend(numbered("留3-", 11));
    wanted.extend(numbered("留4-", 3));
    let pack = Pack::bundled();
    let there: Vec<&str> = pack.clauses().iter().map(|c| c.id.as_str()).collect();
    assert_eq!(there, wanted);
}

#[test]
fn the_defaults_for_what_the_regulation_leaves_open_stand() {
    let pack = Pack::bundled();
    let p = pack.parameters();
    assert_eq!((p.password.min, p.password.floor, p.password.alnum), (6, 4, true));
    assert_eq!((p.password.max_age_days, p.password.notice_days, p.network_password.max_age_days), (90, 14, 90));
    assert_eq!((p.antivirus.amber_days, p.antivirus.fail_days), (7, 14));
    assert_eq!((p.update.amber_days, p.update.fail_days, p.update.hold_max_days), (45, 90, 90));
    assert_eq!((p.staleness.stale_days, p.staleness.unknown_days, p.staleness.dormant_days), (7, 30, 90));
    assert_eq!((p.attestation.days, p.attestation.personal_days), (365, 90));
    assert_eq!((p.personal_devices.mode, p.personal_devices.max_days), (PersonalMode::ExceptionOnly, 30));
    assert_eq!((p.disaster.provisional_hours, p.disaster.provisional_max_hours, p.disaster.expiry_days), (24, 72, 7));
    assert_eq!(p.take_out.missing_days, 7);
    assert_eq!((p.disaster.guest_days, p.disaster.clear_days), (7, 14));
    assert_eq!(p.disaster.waives, ["§20-7", "§20-8"]);
    assert!(!p.administrator.deputy);
    let kept = &p.retention;
    assert_eq!((kept.records, kept.reports, kept.former_people), (Keep::Months(60), Keep::Months(13), Keep::Months(60)));
    assert!(kept.source().is_some_and(|source| source.lang_of(Lang::English) == Lang::English));
}

#[test]
fn a_pack_from_before_months_could_be_said_keeps_for_its_days() {
    let old = changed("records = \"5 years\"", "records_days = 1826");
    let old = old.replacen("reports = \"13 months\"", "check_ins_days = 396", 1);
    let pack = Pack::parse(&old).expect("still valid");
    assert_eq!((pack.parameters().retention.records, pack.parameters().retention.reports), (Keep::Days(1826), Keep::Days(396)));
}

#[test]
fn custody_and_hand_over_are_not_judged_device_by_device() {
    let pack = Pack::bundled();
    let judged: Vec<&str> = pack.device_clauses().map(|c| c.id.as_str()).collect();
    assert!(["§20-7", "§20-8", "§20-9"].iter().all(|id| !judged.contains(id)));
    assert!(["§19-6", "§20-1", "§20-2", "§20-3", "§20-4", "§20-5"].iter().all(|id| judged.contains(id)));
}

#[test]
fn what_another_rule_contradicts_is_marked_as_not_verified() {
    let pack = Pack::bundled();
    for id in ["§19-4", "§20-1"] {
        let conflict = pack.clause(id).and_then(|c| c.conflict.as_ref()).expect("has a conflict note");
        assert!(conflict.source.ja().contains("7.0") && !conflict.verified);
    }
}

#[test]
fn a_measured_check_has_a_remedy_for_every_desktop_system_in_both_languages() {
    use crate::report::OsFamily;
    for check in Pack::bundled().device_clauses().flat_map(|c| &c.checks).filter(|c| c.kind.is_measured()) {
        for family in [OsFamily::Linux, OsFamily::Windows, OsFamily::Macos] {
            let remedy = |lang| check.remedies.for_os(family, lang).expect("there");
            assert!(is_japanese(remedy(Lang::Japanese)), "{} on {family:?}", check.id);
            assert!(!is_japanese(remedy(Lang::English)), "{} on {family:?}", check.id);
        }
    }
}

#[test]
fn where_the_machine_cannot_tell_the_bundled_pack_asks_people() {
    for check in Pack::bundled().device_clauses().flat_map(|c| &c.checks) {
        assert!(check.question.is_some(), "{}: a remedy that sends people to the self-check must find a question there", check.id);
    }
}

#[test]
fn every_word_of_the_bundled_pack_is_there_in_english() {
    let pack = Pack::bundled();
    let mut words = vec![pack.title(), pack.edition(), pack.source()];
    for clause in pack.clauses() {
        words.extend([&clause.title, &clause.gist]);
        words.extend(&clause.out_of_scope);
        words.extend(clause.conflict.iter().flat_map(|c| [&c.note, &c.source]));
        words.extend(clause.checks.iter().flat_map(|c| [Some(&c.title), c.question.as_ref()]).flatten());
    }
    for words in words {
        assert_eq!(words.lang_of(Lang::English), Lang::English, "{}", words.ja());
        let english = words.get(Lang::English);
        assert!(!english.is_empty() && !is_japanese(english), "{english}");
    }
}

#[test]
fn an_operators_pack_without_english_is_taken_and_shows_its_japanese() {
    let mut kept = String::new();
    let mut in_english = false;
    for line in BUNDLED.lines() {
        // A table of remedies ends with the next table or an empty line.
        in_english = line == "[clauses.checks.remedy_en]" || (in_english && !line.is_empty() && !line.starts_with('['));
        if !in_english && !line.contains("_en = ") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let pack = Pack::parse(&kept).expect("English is optional");
    let clause = pack.clause("§20-3").expect("there");
    assert_eq!((clause.title.get(Lang::English), clause.title.lang_of(Lang::English)), ("ウイルス対策ソフト", Lang::Japanese));
    let remedy = clause.checks[0].remedies.for_os(crate::report::OsFamily::Linux, Lang::English);
    assert!(remedy.is_some_and(is_japanese));
}

#[test]
fn a_broken_pack_is_refused_with_line_and_reason() {
    let error = refusal("id = \"x\"\nrevision = \n");
    assert_eq!(error.line, 2, "{error}");
    let error = refusal(&changed("min = 6", "min = \"six\""));
    assert!(error.reason.contains("expected u32"), "{error}");
    let line = 1 + BUNDLED.lines().position(|l| l.starts_with("min = 6")).expect("there");
    assert_eq!(error.line, line);
    let error = refusal(&changed("strength = \"recommended\"", "strength = \"strong\""));
    assert!(error.reason.contains("unknown variant `strong`"), "{error}");
    let error = refusal(&changed("max_s = 900", "max_s = 900\nmax_minutes = 15"));
    assert!(error.reason.contains("unknown field `max_minutes`"), "{error}");
    let error = refusal(&changed("kind = \"screen_lock\"", "kind = \"telepathy\""));
    assert!(error.reason.contains("unknown variant `telepathy`"), "{error}");
}

#[test]
fn parameters_that_contradict_each_other_are_refused_at_their_place() {
    for (from, to, reason) in [
        ("floor = 4", "floor = 7", "password.min must be at least password.floor"),
        ("max_age_days = 90", "max_age_days = 7", "password.max_age_days must be 30 to 366"),
        ("stale_days = 7", "stale_days = 31", "staleness.stale_days"),
        ("personal_days = 90", "personal_days = 400", "attestation.personal_days"),
        ("\"facility_head\", \"secretariat\"", "\"administrator\"", "nobody approves their own request"),
        ("exempt_os = [\"ios\"]", "exempt_os = [\"beos\"]", "antivirus.exempt_os"),
        ("reports = \"13 months\"", "reports = \"6 years\"", "retention.reports must be at least 28 days (1 month), and shorter"),
        ("reports = \"13 months\"", "reports = \"7 days\"", "retention.reports must be at least 28 days"),
        ("records = \"5 years\"", "records = \"soon\"", "a time to keep is a number of days, or such as"),
        ("former_people = \"5 years\"", "former_people = \"11 years\"", "retention.former_people"),
        ("source = \"規程には", "source = \" \" # ", "retention.source"),
    ] {
        let error = refusal(&changed(from, to));
        assert!(error.reason.contains(reason), "{error}");
        assert!(error.line > 1, "{error}");
    }
}

#[test]
fn clauses_that_make_no_sense_are_refused_by_name() {
    for (from, to, reason) in [
        ("id = \"§19-2\"", "id = \"§19-1\"", "clause §19-1 is there twice"),
        ("out_of_scope = ", "official_text = ", "must say why"),
        ("effective_from = \"2019-02-08\"", "effective_from = \"2019-02-30\"", "effective_from must be a date"),
        ("id = \"itsutsubashi-2019-02-08\"", "id = \"Itsutsu Bashi\"", "id must be 1 to 64"),
        ("answered = [\"machine\", \"attestation\"]", "answered = [\"machine\"]", "a question needs answered to hold \"attestation\""),
        ("linux = \"Set a password for that account", "android = \"Set a password for that account", "remedy_en must name the systems"),
        ("answered = [\"machine\", \"attestation\"]", "answered = [\"record\"]", "must be answered by machine or attestation"),
        ("id = \"auto_login\"", "id = \"set\"", "the id once per clause"),
    ] {
        let error = refusal(&changed(from, to));
        assert!(error.reason.contains(reason), "{error}");
    }
}

#[test]
fn an_operator_may_lay_the_official_text_beside_the_gists() {
    let pack = Pack::bundled().with_official_text("\"§20-3\" = \"（正文）\"\n").expect("a known clause");
    assert_eq!(pack.clause("§20-3").and_then(|c| c.official_text.as_deref()), Some("（正文）"));
    assert_eq!(pack.clause("§20-4").and_then(|c| c.official_text.as_deref()), None);
    let error = Pack::bundled().with_official_text("\n\"§27\" = \"x\"\n").expect_err("no such clause");
    assert_eq!((error.line, error.reason.as_str()), (2, "there is no clause §27"));
}
