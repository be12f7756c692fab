//! The catalogue is whole: both languages say the same things with the same values, and every key that is asked for exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::domain::act::What;
use crate::domain::mail;
use crate::domain::people::event::Kind;

/// Key to the values its sentence uses, as the file has them.
fn sentences(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            key = name.to_owned();
            assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands twice");
        }
        for part in line.split('$').skip(1) {
            let value: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect();
            found.get_mut(&key).expect("a value stands in a sentence").insert(value);
        }
    }
    found
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn both_languages_say_the_same_things_with_the_same_values() {
    for (area, japanese, english) in AREAS {
        assert_eq!(sentences(japanese), sentences(english), "{area}");
        for (lang, source) in [("ja", japanese), ("en", english)] {
            if let Err((_, errors)) = FluentResource::try_new((*source).to_owned()) {
                panic!("{lang}/{area}: {errors:?}");
            }
        }
    }
}

#[test]
fn every_file_of_the_catalogue_is_compiled_in_and_no_key_stands_in_two() {
    let mut listed: Vec<String> = AREAS.iter().map(|(area, ..)| (*area).to_owned()).collect();
    listed.sort_unstable();
    for lang in Lang::ALL {
        let mut found = Vec::new();
        files(&here().join("locales").join(lang.tag()), "ftl", &mut found);
        let mut names: Vec<String> = found.iter().map(|p| p.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        assert_eq!(names, listed, "{}", lang.tag());
    }
    let keys: Vec<String> = AREAS.iter().flat_map(|(_, japanese, _)| sentences(japanese).into_keys()).collect();
    let once: BTreeSet<&String> = keys.iter().collect();
    assert_eq!(once.len(), keys.len());
}

#[test]
fn an_english_sentence_has_no_japanese_letters_but_in_the_regulation_s_own_words() {
    for (area, _, english) in AREAS {
        for line in english.lines().filter(|line| !line.starts_with('#')) {
            // 「…」 quotes a word that stands on a button, a form or a paper as it is.
            let outside: String = line.split('「').map(|part| part.rsplit('」').next().unwrap_or_default()).collect();
            let foreign: String = outside.chars().filter(|c| is_japanese(*c)).collect();
            assert!(foreign.is_empty(), "en/{area}: {line}");
        }
    }
}

/// Keys that a template or a source file asks for by name: `t("key")`, `Text::new("key")`.
fn asked_for(text: &str) -> BTreeSet<String> {
    [".t(\"", ".tn(\"", ".named(\"", ".cut(\"", "Text::new(\""]
        .iter()
        .flat_map(|opening| text.split(opening).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let known: BTreeSet<String> = AREAS.iter().flat_map(|(_, japanese, _)| sentences(japanese).into_keys()).collect();
    for (place, text) in speakers() {
        let missing: Vec<String> = asked_for(&text).into_iter().filter(|key| !known.contains(key)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", place.display());
    }
}

/// What templates and source files say, without the catalogue's own tests.
pub(crate) fn speakers() -> Vec<(PathBuf, String)> {
    let mut places = Vec::new();
    files(&here().join("templates"), "html", &mut places);
    files(&here().join("src"), "rs", &mut places);
    places.retain(|place| !place.ends_with("words/tests.rs"));
    places.into_iter().map(|place| (place.clone(), fs::read_to_string(place).expect("a file"))).collect()
}

#[test]
fn every_sentence_of_the_catalogue_is_said_somewhere() {
    // What only tests and samples say, nobody reads.
    let own = speakers().into_iter().filter(|(place, _)| !is_test(place));
    let said: String = own.map(|(_, text)| without_tests(&text)).collect();
    // These are made of a stored word, by macros that have the words.
    let made = |key: &str| {
        What::ALL.iter().any(|what| what.key() == key)
            || Kind::ALL.iter().any(|kind| kind.key() == key)
            || mail::Kind::ALL.iter().any(|kind| kind.subject() == key || kind.body() == key)
    };
    let keys = AREAS.iter().flat_map(|(_, japanese, _)| sentences(japanese).into_keys());
    let dead: Vec<String> = keys.filter(|key| !made(key) && !said.contains(&format!("\"{key}\""))).collect();
    assert!(dead.is_empty(), "nobody says {dead:?}");
}

#[test]
fn a_part_that_stands_out_is_marked_once_in_both_languages_or_in_none() {
    for (area, japanese, english) in AREAS {
        let marks = |source: &str| -> BTreeMap<String, (usize, usize)> {
            let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
            let mut key = String::new();
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                if let Some((name, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
                    name.clone_into(&mut key);
                }
                let (open, close) = found.entry(key.clone()).or_default();
                // `->` chooses by a number.
                let text = line.replace("->", "");
                *open += text.matches('<').count();
                *close += text.matches('>').count();
            }
            found
        };
        let (japanese, english) = (marks(japanese), marks(english));
        assert_eq!(japanese, english, "{area}");
        for (key, count) in japanese {
            assert!(matches!(count, (0, 0) | (1, 1)), "{key}: {count:?}");
        }
    }
}

fn is_japanese(c: char) -> bool {
    matches!(c, 'ぁ'..='ヿ' | '一'..='鿿')
}

#[test]
fn no_template_says_anything_past_the_catalogue() {
    for (place, text) in speakers().iter().filter(|(place, _)| place.extension().is_some_and(|e| e == "html")) {
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(is_japanese)).collect();
        assert!(lines.is_empty(), "{}: {lines:#?}", place.display());
    }
}

/// Japanese that is no sentence of ours: (end of the path, words, why).
const DATA: &[(&str, &str, &str)] = &[
    ("domain/people/totp.rs", "橋守", "the issuer's name in people's authenticator apps, the same for every reader"),
    ("domain/people/password.rs", "", "what people of this network would try first as a password"),
    ("http/device/check_in.rs", "管理者に連絡してください", "told to an agent, which shows it in its own language"),
    ("domain/paper/hand_over.rs", "留3-7", "a clause's id"),
    ("domain/paper/incident.rs", "留3-10", "a clause's id"),
    ("domain/paper/incident.rs", "留3-11", "a clause's id"),
    ("domain/paper/restriction.rs", "留2-2", "a clause's id"),
    ("domain/paper/record.rs", "§20柱書", "a clause's id"),
    ("domain/paper/record.rs", "留2-3", "a clause's id"),
    ("domain/paper/record.rs", "留3-1", "a clause's id"),
    ("pages/rules/done_at.rs", "", "ids of clauses"),
    ("domain/staff/words.rs", "§17後段", "a clause's id"),
    ("domain/staff/words.rs", "留1-2", "a clause's id"),
    ("http/device/known.rs", "復元後に再確認", "a device's name, to be stored"),
];

pub(crate) fn is_test(place: &Path) -> bool {
    place.ends_with("tests.rs") || place.ends_with("samples.rs") || place.iter().any(|part| part == "tests")
}

/// A source file without its tests; a template has none.
pub(crate) fn without_tests(source: &str) -> String {
    let mut lines = source.lines();
    let mut kept = String::new();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            // An item by itself ends with its line or with a brace at the margin.
            let first = lines.next().unwrap_or_default();
            if !first.ends_with(';') {
                lines.by_ref().find(|line| *line == "}");
            }
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// The string literals of a source file, but for its tests and comments.
pub(crate) fn literals(source: &str) -> Vec<String> {
    let kept = without_tests(source);
    let mut found = Vec::new();
    let mut rest = kept.as_str();
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let piece = &rest[at..];
        rest = if piece.starts_with("//") {
            piece.split_once('\n').map_or("", |(_, after)| after)
        } else if piece.starts_with("'\"'") || piece.starts_with("'\\\"'") {
            piece.split_once("\"'").map_or("", |(_, after)| after)
        } else if let Some(literal) = piece.strip_prefix('"') {
            let mut escaped = false;
            let end = literal.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let end = end.expect("a literal ends");
            found.push(literal[..end].to_owned());
            &literal[end + 1..]
        } else {
            &piece[1..]
        };
    }
    found
}

#[test]
fn no_page_view_or_rule_says_anything_past_the_catalogue() {
    let folders = ["http", "views", "domain"].map(|folder| here().join("src").join(folder));
    let mut looked_at = 0;
    for (place, text) in speakers() {
        if is_test(&place) || !folders.iter().any(|folder| place.starts_with(folder)) {
            continue;
        }
        looked_at += 1;
        let data = |literal: &str| DATA.iter().any(|(file, words, _)| place.ends_with(file) && (words.is_empty() || *words == literal));
        let past: Vec<String> = literals(&text).into_iter().filter(|literal| literal.contains(is_japanese) && !data(literal)).collect();
        assert!(past.is_empty(), "{}: {past:#?}", place.display());
    }
    assert!(looked_at > 50, "only {looked_at} files");
}

#[test]
fn the_search_for_literals_sees_code_and_neither_comments_nor_tests() {
    let source = "//! \"no\"\nlet a = \"yes // still\"; // \"no\"\nlet q = '\"'; let b = \"a \\\" b\";\n#[cfg(test)]\nmod x;\nlet c = \"z\";\n#[cfg(test)]\nmod tests {\n    \"no\"\n}\n";
    assert_eq!(literals(source), ["yes // still", "a \\\" b", "z"]);
}

#[test]
fn a_sentence_takes_names_numbers_and_other_sentences() {
    let inner = Text::new("nav-rules");
    let text = Text::new("frame-title").with("page", inner);
    assert_eq!(text.in_lang(Lang::Japanese), "規程 | 橋守");
    assert_eq!(text.in_lang(Lang::English), "Rules | Hashimori");
    assert_eq!(Text::verbatim("さくら架空診療所").in_lang(Lang::English), "さくら架空診療所");
}
