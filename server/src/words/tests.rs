//! The catalogue is whole: both languages say the same things with the same values, and every key that is asked for exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

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
            let foreign: String = outside.chars().filter(|c| matches!(c, 'ぁ'..='ヿ' | '一'..='鿿')).collect();
            assert!(foreign.is_empty(), "en/{area}: {line}");
        }
    }
}

/// Keys that a template or a source file names: `t("key")`, `Text::new("key")`.
fn asked_for(text: &str) -> BTreeSet<String> {
    [".t(\"", ".tn(\"", "Text::new(\""]
        .iter()
        .flat_map(|opening| text.split(opening).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let known: BTreeSet<String> = AREAS.iter().flat_map(|(_, japanese, _)| sentences(japanese).into_keys()).collect();
    let mut places = Vec::new();
    files(&here().join("templates"), "html", &mut places);
    files(&here().join("src"), "rs", &mut places);
    for place in places.iter().filter(|p| !p.ends_with("words/tests.rs")) {
        let text = fs::read_to_string(place).expect("a file");
        let missing: Vec<String> = asked_for(&text).into_iter().filter(|key| !known.contains(key)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", place.display());
    }
}

#[test]
fn a_sentence_takes_names_numbers_and_other_sentences() {
    let inner = Text::new("nav-rules");
    let text = Text::new("frame-title").with("page", inner);
    assert_eq!(text.in_lang(Lang::Japanese), "規程 | 橋守");
    assert_eq!(text.in_lang(Lang::English), "Rules | Hashimori");
    assert_eq!(Text::verbatim("さくら架空診療所").in_lang(Lang::English), "さくら架空診療所");
}
