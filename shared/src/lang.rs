//! The languages that people read: Japanese, in which everything is written first, and English.

use serde::{Deserialize, Serialize};

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    /// 日本語.
    #[default]
    #[serde(rename = "ja")]
    Japanese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Japanese, Self::English];

    /// The tag, as in HTML's `lang` (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }

    /// The name, in the language itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Japanese => "日本語",
            Self::English => "English",
        }
    }

    /// The language a stored tag stands for.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Japanese => Self::English,
            Self::English => Self::Japanese,
        }
    }

    /// Whether it is the one that everything is written in first.
    pub const fn is_japanese(&self) -> bool {
        matches!(self, Self::Japanese)
    }

    /// The words of this language.
    pub const fn pick(self, ja: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Japanese => ja,
            Self::English => en,
        }
    }

    /// A list as the language writes it: 「a、b」, `a, b`.
    pub fn list<S: std::borrow::Borrow<str>>(self, items: &[S]) -> String {
        items.join(self.pick("、", ", "))
    }

    /// What follows in brackets: 「語（注）」, `word (note)`.
    pub fn bracket(self, note: &str) -> String {
        say!(self, "（{note}）", " ({note})")
    }

    /// The best liked of ours in an `Accept-Language` field (RFC 9110 §12.5.4); Japanese where it names none of ours.
    pub fn accepted(field: &str) -> Self {
        let mut best = (Self::Japanese, 0.0);
        for part in field.split(',').take(32) {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim();
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let weight = pieces.find_map(|p| p.trim().strip_prefix("q=")).map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
            if let Some(lang) = Self::from_tag(&primary)
                && weight > best.1
            {
                best = (lang, weight);
            }
        }
        best.0
    }
}

/// `say!(lang, "日本語 {x}", "English {x}")`: one of two format strings over the same values.
#[macro_export]
macro_rules! say {
    ($lang:expr, $ja:literal, $en:literal) => {
        match $lang {
            $crate::lang::Lang::Japanese => format!($ja),
            $crate::lang::Lang::English => format!($en),
        }
    };
}
pub use say;

/// Words of a data file in every language; where an operator's own file has no English, the Japanese stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    ja: String,
    en: Option<String>,
}

impl Words {
    /// The Japanese, and the English if there is any.
    pub const fn new(ja: String, en: Option<String>) -> Self {
        Self { ja, en }
    }

    /// In a language.
    pub fn get(&self, lang: Lang) -> &str {
        match (lang, &self.en) {
            (Lang::English, Some(en)) => en,
            (Lang::English, None) | (Lang::Japanese, _) => &self.ja,
        }
    }

    /// The Japanese.
    pub fn ja(&self) -> &str {
        &self.ja
    }

    /// The language of what `get` gives: Japanese where the English is missing.
    pub const fn lang_of(&self, lang: Lang) -> Lang {
        if self.en.is_some() { lang } else { Lang::Japanese }
    }
}

/// Whether Japanese letters stand outside of 「…」, where menus and the regulation's own words may.
pub fn is_japanese(text: &str) -> bool {
    let mut quoted = false;
    text.chars().any(|c| {
        quoted = match c {
            '「' => true,
            '」' => false,
            _ => quoted,
        };
        !quoted && c != '」' && matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_s_best_liked_language_of_ours_is_taken() {
        assert_eq!(Lang::accepted("en-US,en;q=0.9,ja;q=0.8"), Lang::English);
        assert_eq!(Lang::accepted("fr, en;q=0.3, ja;q=0.7"), Lang::Japanese);
        assert_eq!(Lang::accepted("JA"), Lang::Japanese);
    }

    #[test]
    fn a_field_that_names_none_of_ours_or_makes_no_sense_means_japanese() {
        for field in ["", "fr,de;q=0.5", ";;;,q=", "en;q=abc", "en;q=0"] {
            assert_eq!(Lang::accepted(field), Lang::Japanese, "{field}");
        }
    }
}
