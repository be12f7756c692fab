//! The list of common and breached passwords that ships with the program; its source and licence are in the file itself.

use std::collections::HashSet;
use std::sync::OnceLock;

struct Lists {
    whole: HashSet<&'static str>,
    words: HashSet<&'static str>,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        let text = include_str!("../../../assets/common-passwords.txt");
        let (whole, words) = text.split_once("[words]\n").unwrap_or((text, ""));
        let lines = |part: &'static str| part.lines().filter(|line| !line.starts_with(['#', '['])).collect();
        Lists { whole: lines(whole), words: lines(words) }
    })
}

/// Whether this password, in lower case, is on the list, or is nothing but one or two of its words with other characters around.
pub fn is_common(lower: &str) -> bool {
    let lists = lists();
    if lists.whole.contains(lower) {
        return true;
    }
    let plain: String = lower.chars().map(plain_letter).filter(char::is_ascii_lowercase).collect();
    let bare: String = lower.chars().filter(char::is_ascii_lowercase).collect();
    // Beyond that no two words of the list reach; a long phrase needs no closer look.
    [plain, bare].iter().any(|letters| letters.len() <= 48 && is_words(&lists.words, letters))
}

/// One word, the same word over and over, or two words.
fn is_words(words: &HashSet<&str>, letters: &str) -> bool {
    let repeats =
        |word: &str| !word.is_empty() && letters.len().is_multiple_of(word.len()) && letters == word.repeat(letters.len() / word.len());
    (1..=letters.len()).any(|at| {
        let (first, rest) = letters.split_at(at);
        words.contains(first) && (rest.is_empty() || words.contains(rest) || repeats(first))
    })
}

/// A sign that stands for a letter, as that letter.
const fn plain_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_whole_and_says_where_it_comes_from() {
        let text = include_str!("../../../assets/common-passwords.txt");
        assert!(text.contains("Source:") && text.contains("MIT") && text.contains("Permission is hereby granted"));
        assert!(lists().whole.len() > 90 && lists().words.len() > 15_000);
        assert!(lists().whole.iter().all(|line| line.chars().count() >= super::super::password::MIN_CHARS));
    }

    #[test]
    fn listed_passwords_and_decorated_names_are_common_and_phrases_are_not() {
        for common in
            ["1234567890qwertyuiop", "suzukihanako1985", "2026!tanaka!2026", "b@seb@llb@seball", "dragondragondragon", "p4ssw0rd!!2026"]
        {
            assert!(is_common(common), "{common}");
        }
        for uncommon in ["amber ferry crossing", "夕焼けと渡し舟と橋の音がする", "kawa-no-oto-hashi-no-kaze", "xk7-qm2-tv9-wz4"]
        {
            assert!(!is_common(uncommon), "{uncommon}");
        }
    }
}
