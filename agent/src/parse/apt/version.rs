//! Order of Debian versions (deb-version(7), Debian policy §5.6.12), the way dpkg itself compares.

use std::cmp::Ordering;

/// Which of two versions is later.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a_epoch, a_upstream, a_revision) = parts(a);
    let (b_epoch, b_upstream, b_revision) = parts(b);
    number(a_epoch, b_epoch).then_with(|| part(a_upstream, b_upstream)).then_with(|| part(a_revision, b_revision))
}

/// `[epoch:]upstream[-revision]`; no epoch is 0, no revision is the smallest.
fn parts(version: &str) -> (&[u8], &[u8], &[u8]) {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch.as_bytes(), upstream.as_bytes(), revision.as_bytes())
}

/// Turns of a part without digits and a number, compared in step.
fn part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (a_text, a_rest) = split(a, |byte| !byte.is_ascii_digit());
        let (b_text, b_rest) = split(b, |byte| !byte.is_ascii_digit());
        let (a_number, a_left) = split(a_rest, u8::is_ascii_digit);
        let (b_number, b_left) = split(b_rest, u8::is_ascii_digit);
        let order = text(a_text, b_text).then_with(|| number(a_number, b_number));
        if order.is_ne() {
            return order;
        }
        (a, b) = (a_left, b_left);
    }
    Ordering::Equal
}

fn split(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    bytes.split_at(bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len()))
}

/// `~` before the end of the part, the end before letters, letters before everything else.
fn text(a: &[u8], b: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    };
    let longest = a.len().max(b.len());
    (0..longest).map(|at| weight(a.get(at)).cmp(&weight(b.get(at)))).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Numbers of any length; none is 0.
fn number(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (split(a, |byte| *byte == b'0').1, split(b, |byte| *byte == b'0').1);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions_are_ordered_as_the_policy_manual_says() {
        // Policy §5.6.12: sorted parts `~~`, `~~a`, `~`, the empty part, `a`.
        let ascending = ["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0b", "1.0+b1", "1.0.1", "1.1", "1.9", "1.10", "2", "1:0.1", "2:0"];
        for (at, earlier) in ascending.iter().enumerate() {
            for later in &ascending[at + 1..] {
                assert_eq!(compare(earlier, later), Ordering::Less, "{earlier} < {later}");
                assert_eq!(compare(later, earlier), Ordering::Greater, "{later} > {earlier}");
            }
        }
    }

    #[test]
    fn revisions_epochs_and_leading_zeros_count_as_dpkg_counts_them() {
        for (a, b, order) in [
            ("1.0-1", "1.0-2", Ordering::Less),
            ("1.0-1", "1.0-1+deb12u1", Ordering::Less),
            ("1.0-1~bpo12+1", "1.0-1", Ordering::Less),
            ("1.0", "1.0-0", Ordering::Equal),
            ("0:1.0", "1.0", Ordering::Equal),
            ("1.02", "1.2", Ordering::Equal),
            ("1.2.3-4-5", "1.2.3-4-6", Ordering::Less),
            ("7.88.1-10+deb12u5", "7.88.1-10+deb12u14", Ordering::Less),
            ("18446744073709551616", "18446744073709551617", Ordering::Less),
            ("6.1.0-40", "6.1.0-9", Ordering::Greater),
        ] {
            assert_eq!(compare(a, b), order, "{a} ? {b}");
        }
    }

    proptest! {
        #[test]
        fn the_order_is_total_and_never_panics(a in "\\PC{0,12}|[0-9a-c~+.:-]{0,12}", b in "[0-9a-c~+.:-]{0,12}", c in "[0-9a-c~+.:-]{0,12}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            prop_assert_eq!(compare(&a, &a), Ordering::Equal);
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
        }
    }
}
