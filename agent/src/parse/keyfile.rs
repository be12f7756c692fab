//! `[group]` and `key=value` files (gdm, sddm, lightdm, freedesktop entries, AccountsService, profiles.ini). Later lines win.

/// The value of `key` in `[group]`, the last one if repeated. Comments start with `#` or `;`; blanks around `=` do not count.
pub fn value<'a>(text: &'a str, group: &str, key: &str) -> Option<&'a str> {
    entries(text).filter(|entry| entry.group == group && entry.key == key).map(|entry| entry.value).last()
}

/// One `key=value` line and the group it stands in (empty before the first header).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Group name without brackets.
    pub group: &'a str,
    /// Key.
    pub key: &'a str,
    /// Value, blanks trimmed, quotes kept.
    pub value: &'a str,
}

/// All entries in order.
pub fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut group = "";
    text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])).filter_map(move |line| {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = name;
            return None;
        }
        let (key, value) = line.split_once('=')?;
        Some(Entry { group, key: key.trim(), value: value.trim() })
    })
}

/// The value of `key` in a shell-style `KEY="value"` file (os-release, ufw.conf), quotes removed, the last one if repeated.
pub fn shell_value(text: &str, key: &str) -> Option<String> {
    let raw = value(text, "", key)?;
    let inner = match raw.as_bytes() {
        [b'"', .., b'"'] if raw.len() >= 2 => &raw[1..raw.len() - 1],
        [b'\'', .., b'\''] if raw.len() >= 2 => return Some(raw[1..raw.len() - 1].to_owned()),
        _ => raw,
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_of_repeated_keys_wins_and_other_groups_do_not_count() {
        let text = "a=0\n[x]\n# a=9\na = 1\n[y]\na=2\n[x]\na=3\n";
        assert_eq!(value(text, "x", "a"), Some("3"));
        assert_eq!(value(text, "", "a"), Some("0"));
        assert_eq!(value(text, "z", "a"), None);
    }

    #[test]
    fn shell_quoting_is_undone() {
        assert_eq!(shell_value("A=\"b \\\"c\\\"\"", "A").as_deref(), Some("b \"c\""));
        assert_eq!(shell_value("A='b\\c'", "A").as_deref(), Some("b\\c"));
        assert_eq!(shell_value("A=\"", "A").as_deref(), Some("\""));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|[\\[\\]=\"'\\\\#\\n a]*") {
            let _ = shell_value(&text, "a");
            let _ = entries(&text).count();
        }
    }
}
