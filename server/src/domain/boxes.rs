//! A day, or a day and a time, as forms ask for it: each of its parts in a box of its own. The boxes become one value (`2026-8-3`,
//! `2026-8-3T9:30`), out of which each of them comes again as it was typed, also where they make no day. Knows no calendar.

/// Most boxes of one value: year, month, day, hour and minute.
pub const MOST: usize = 5;
/// How many of them make a day.
pub const OF_A_DAY: usize = 3;

/// What the name of each box ends with, behind the name of the field that they are.
pub const ENDINGS: [&str; MOST] = [":y", ":m", ":d", ":h", ":i"];

/// What stands after each box but the last.
const AFTER: [char; MOST - 1] = ['-', '-', 'T', ':'];
/// Stands before a sign that was typed and is not to be taken for one of those.
const TYPED: char = '\\';

/// The field whose box has this name; `None`: it is no box's.
pub fn field_of(name: &str) -> Option<&str> {
    ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))
}

/// The boxes of a day, or of a day and a time, as one value; empty where nothing was typed into any of them.
pub fn join(boxes: &[&str]) -> String {
    let mut joined = String::new();
    if boxes.iter().all(|typed| typed.trim().is_empty()) {
        return joined;
    }
    for (at, typed) in boxes.iter().enumerate() {
        joined.extend(at.checked_sub(1).and_then(|before| AFTER.get(before)));
        for c in typed.chars() {
            joined.extend((c == TYPED || AFTER.contains(&c)).then_some(TYPED));
            joined.push(c);
        }
    }
    joined
}

/// The boxes of a value. Of what was never in boxes, a day with slashes is understood too; all else stands in the first box, whole.
pub fn split(value: &str) -> [String; MOST] {
    read(value).unwrap_or_else(|| {
        let parts: Vec<&str> = value.split('/').collect();
        let parts = if parts.len() == OF_A_DAY { parts } else { vec![value] };
        std::array::from_fn(|at| parts.get(at).copied().unwrap_or_default().to_owned())
    })
}

fn read(value: &str) -> Option<[String; MOST]> {
    let mut boxes: [String; MOST] = Default::default();
    let (mut at, mut signs) = (0, value.chars());
    while let Some(c) = signs.next() {
        if AFTER.contains(&c) {
            if AFTER.get(at) != Some(&c) {
                return None;
            }
            at += 1;
        } else {
            boxes[at].push(if c == TYPED { signs.next()? } else { c });
        }
    }
    matches!(at + 1, OF_A_DAY | MOST).then_some(boxes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_pages_sent_before_there_were_boxes_stands_in_them() {
        assert_eq!(split("2026-08-03"), ["2026", "08", "03", "", ""]);
        assert_eq!(split("2026-08-03T09:30"), ["2026", "08", "03", "09", "30"]);
        assert_eq!(split(""), ["", "", "", "", ""]);
        assert_eq!(split("２０２６/8/3"), ["２０２６", "8", "3", "", ""]);
        for other in ["2026/08", "いつか", "2026-08", "2026-08-03T09", "1-2-3-4", "2026-08-03T09:30:15", "x\\"] {
            assert_eq!(split(other), [other, "", "", "", ""], "{other}");
        }
    }

    #[test]
    fn boxes_make_one_value_in_the_order_of_a_day() {
        assert_eq!(join(&["2026", "8", "3"]), "2026-8-3");
        assert_eq!(join(&["2026", "8", "3", "9", "05"]), "2026-8-3T9:05");
        assert_eq!(join(&["令和8", "13", ""]), "令和8-13-");
        assert_eq!(join(&["", " ", "\u{3000}"]), "");
        assert_eq!(join(&["2026-8-3", "", ""]), "2026\\-8\\-3--");
    }

    proptest! {
        #[test]
        fn each_box_comes_again_as_it_was_typed(boxes in proptest::array::uniform5("(?s)([-T:\\\\0-9]|.){0,6}"), timed: bool) {
            let typed: Vec<&str> = boxes.iter().take(if timed { MOST } else { OF_A_DAY }).map(String::as_str).collect();
            let joined = join(&typed);
            let again = split(&joined);
            if joined.is_empty() {
                prop_assert!(typed.iter().all(|typed| typed.trim().is_empty()));
            } else {
                prop_assert_eq!(&again[..typed.len()], &typed[..]);
                prop_assert!(again[typed.len()..].iter().all(String::is_empty));
            }
        }
    }
}
