//! Names of people as they are typed: kept letter for letter, and compared so that spacing, width and the old forms of a letter make
//! nobody somebody else. Who approves must not be who asks, however the name was written.

use crate::domain::people::half_width;

/// Whether two names as typed can be of one person.
pub fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (folded(one), folded(other));
    !one.is_empty() && one == other
}

fn folded(name: &str) -> String {
    let signs = name.chars().map(half_width).filter(|c| !c.is_whitespace() && !chooses_form(*c));
    signs.flat_map(char::to_lowercase).map(new_form).collect()
}

/// Whether this sign says nothing but which form of the letter before it is meant (Unicode variation selectors).
const fn chooses_form(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Old and variant forms that stand in family registers, as the form that people type instead.
const fn new_form(c: char) -> char {
    match c {
        '髙' => '高',
        '﨑' | '碕' | '嵜' => '崎',
        '𠮷' => '吉',
        '濵' | '濱' => '浜',
        '邊' | '邉' => '辺',
        '齋' | '齊' | '斎' => '斉',
        '澤' => '沢',
        '櫻' => '桜',
        '廣' => '広',
        '德' => '徳',
        '瀨' => '瀬',
        '槗' => '橋',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_forms_spaces_and_width_make_nobody_somebody_else() {
        for (one, other) in
            [("渡邊\u{e0101}", "渡辺"), ("髙橋 花子", "高橋花子"), ("山﨑　一郎", "山崎 一郎"), ("𠮷田", "吉田"), ("Ｈａｎａ", "hana")]
        {
            assert!(same_name(one, other), "{one} {other}");
        }
        assert!(!same_name("高橋 花子", "高橋 花"));
        assert!(!same_name("", " "));
    }
}
