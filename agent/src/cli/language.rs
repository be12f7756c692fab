//! In which language a person is spoken to.

use hashimori_shared::lang::Lang;

/// What `--lang` takes.
pub(super) fn named(tag: &str) -> Result<Lang, &'static str> {
    Lang::from_tag(tag).ok_or("ja または en を指定してください (ja or en)")
}

/// The language that the environment names, of those spoken here. Of the variables for messages the first one that is set decides
/// (POSIX.1-2024, XBD 8.2); `C`, as on many a Japanese server, names none.
pub(super) fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Option<Lang> {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| variable(name).filter(|value| !value.is_empty()))?;
    Lang::from_tag(locale.split(['_', '.', '@']).next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides_and_a_locale_of_no_people_names_no_language() {
        let of = |set: &[(&str, &str)]| {
            of_environment(|name| set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[("LANG", "en_US.UTF-8")]), Some(Lang::English));
        assert_eq!(of(&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "ja_JP.UTF-8")]), Some(Lang::Japanese));
        assert_eq!(of(&[("LANG", "ja_JP"), ("LC_ALL", "en")]), Some(Lang::English));
        assert_eq!(of(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "")]), Some(Lang::Japanese), "set to nothing is not set");
        assert_eq!(of(&[("LC_ALL", "C.UTF-8"), ("LANG", "en_US.UTF-8")]), None);
        for none in ["C", "C.UTF-8", "POSIX", "de_DE@euro", "eng"] {
            assert_eq!(of(&[("LANG", none)]), None, "{none}");
        }
        assert_eq!(of(&[]), None);
    }
}
