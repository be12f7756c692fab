//! The few GVariant forms that screen-lock settings have (GVariant specification, normal form): `b`, `u`, and a compiled schema key's
//! tuple of a default with an optional range and optional per-desktop defaults. Everything else is `None`.

use super::settings_db::Setting;

/// A serialised variant: data, a zero byte, the type.
fn variant(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let zero = bytes.iter().rposition(|byte| *byte == 0)?;
    Some((&bytes[..zero], &bytes[zero + 1..]))
}

/// A `b` or `u` in a variant.
pub(super) fn setting(bytes: &[u8]) -> Option<Setting> {
    let (data, kind) = variant(bytes)?;
    plain(data, kind)
}

fn plain(data: &[u8], kind: &[u8]) -> Option<Setting> {
    match (kind, data) {
        (b"b", [0]) => Some(Setting::Switch(false)),
        (b"b", [1]) => Some(Setting::Switch(true)),
        (b"u", _) => Some(Setting::Number(u32::from_le_bytes(data.try_into().ok()?))),
        _ => None,
    }
}

/// A compiled key `(default, (code, data)…)`. For `b` and `u` the extras can only be a range `r` and, last, per-desktop defaults `d`:
/// `a{sv}` from desktop name to default. The first of `desktops` that has one wins.
pub(super) fn schema_key(bytes: &[u8], desktops: &[String]) -> Option<Setting> {
    let (data, kind) = variant(bytes)?;
    let inner = kind.strip_prefix(b"(")?.strip_suffix(b")")?;
    let (value_kind, extras) = inner.split_at_checked(1)?;
    let size = match value_kind {
        b"b" => 1,
        b"u" => 4,
        _ => return None,
    };
    let default = plain(data.get(..size)?, value_kind)?;
    let (by_desktop, desktop_extra) = match extras.strip_prefix(b"(y(uu))") {
        Some(rest) => (24, rest), // default, then 4 + 12 bytes of range
        None => (16, extras),     // default padded to 8, code padded to 8
    };
    match desktop_extra {
        b"" => Some(default),
        b"(ya{sv})" => {
            let entries = dictionary(data.get(by_desktop..)?)?;
            let own = desktops.iter().find_map(|desktop| entries.iter().find(|(name, _)| *name == desktop.as_bytes()));
            own.map_or(Some(default), |(_, value)| setting(value))
        }
        _ => None,
    }
}

/// `a{sv}`: entries of variable size, aligned to 8, with a table of their ends at the end.
fn dictionary(data: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    if data.is_empty() {
        return Some(Vec::new());
    }
    let width = offset_width(data.len());
    let table = offset(data, data.len().checked_sub(width)?, width)?;
    let ends = data.get(table..)?.chunks_exact(width).map(|chunk| offset(chunk, 0, width));
    let (mut start, mut entries) = (0_usize, Vec::new());
    for end in ends {
        let end = end?;
        entries.push(entry(data.get(start.next_multiple_of(8)..end)?)?);
        start = end;
    }
    Some(entries)
}

/// `{sv}`: the text, then the variant aligned to 8, then where the text ends.
fn entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let width = offset_width(bytes.len());
    let last = bytes.len().checked_sub(width)?;
    let text_end = offset(bytes, last, width)?;
    let name = bytes.get(..text_end)?.strip_suffix(&[0])?;
    Some((name, bytes.get(text_end.next_multiple_of(8)..last)?))
}

/// Ends are written in the fewest bytes that can count the container.
const fn offset_width(length: usize) -> usize {
    match length {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 4,
    }
}

fn offset(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_switch_that_is_neither_and_a_short_number_are_refused() {
        assert_eq!(setting(b"\x01\0b"), Some(Setting::Switch(true)));
        assert_eq!(setting(b"\x2c\x01\0\0\0u"), Some(Setting::Number(300)));
        assert_eq!(setting(b"\x02\0b"), None);
        assert_eq!(setting(b"\x2c\x01\0u"), None);
        assert_eq!(setting(b"hello\0\0s"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), tail in proptest::sample::select(vec!["b", "u", "(u)", "(u(ya{sv}))", "(b(ya{sv}))", "(u(y(uu))(ya{sv}))"])) {
            let mut variant = bytes;
            variant.push(0);
            variant.extend_from_slice(tail.as_bytes());
            let _ = (setting(&variant), schema_key(&variant, &["GNOME".to_owned()]));
        }
    }
}
