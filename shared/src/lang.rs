//! The languages that people read: Japanese, in which everything is written first, and English.

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 日本語.
    #[default]
    Japanese,
    /// English.
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
