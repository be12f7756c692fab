//! What a browser is called in a list of sessions: its family and its system, nothing that would tell two people apart.

use crate::words::Text;

/// Families, the more particular first: many name the others as well (RFC 9110 §10.1.5 forbids nobody to).
const FAMILIES: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// The coarse name of the browser that sent this `User-Agent`, as it is stored; empty when it tells none.
pub fn coarse(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    match (find(FAMILIES), find(SYSTEMS)) {
        (Some(family), Some(system)) => format!("{family}（{system}）"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}

/// A stored name as people read it.
pub fn named(stored: &str) -> Text {
    if stored.is_empty() {
        return Text::new("browser-unknown");
    }
    match stored.split_once('（') {
        Some((family, rest)) => {
            let system = rest.trim_end_matches('）').to_owned();
            Text::new("browser-on").with("family", family.to_owned()).with("system", system)
        }
        None => Text::verbatim(stored),
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;

    #[test]
    fn browsers_are_named_by_family_and_system_and_nothing_they_send_is_repeated() {
        let edge =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0";
        assert_eq!(coarse(edge), "Edge（Windows）");
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/604.1";
        assert_eq!(coarse(phone), "Safari（iPhone）");
        assert_eq!(coarse("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox（Linux）");
        assert_eq!(coarse("<script>"), "");
    }

    #[test]
    fn a_stored_name_is_told_in_the_reader_s_language() {
        let english = |stored: &str| named(stored).in_lang(Lang::English);
        assert_eq!(english(&coarse("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")), "Firefox (Windows)");
        assert_eq!((english("Chrome").as_str(), english("").as_str()), ("Chrome", "A browser of unknown name"));
        assert_eq!(named("Edge（Windows）").in_lang(Lang::Japanese), "Edge（Windows）");
    }
}
