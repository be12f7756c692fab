//! What pages load, compiled in. The address of each carries a digest of them all: browsers keep it for good and ask anew after a change.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// The design tokens and the rules on top of them.
pub(crate) const STYLE: &str = concat!(include_str!("../../assets/tokens.css"), include_str!("../../assets/style.css"));
/// The passkeys' script.
pub(crate) const PASSKEY: &str = include_str!("../../assets/passkey.js");
/// The script of pages that renew themselves.
pub(crate) const LIVE: &str = include_str!("../../assets/live.js");
/// The icon.
pub(crate) const ICON: &str = include_str!("../../assets/icon.svg");

static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for part in [STYLE, PASSKEY, LIVE, ICON] {
        digest.update(part);
    }
    data_encoding::HEXLOWER.encode(&digest.finalize()[..6])
});

/// The part of the addresses that changes with the content.
pub(crate) fn edition() -> &'static str {
    &EDITION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_on_a_page_moves_whatever_its_reader_prefers() {
        for moving in ["animation", "transition", "@keyframes", "scroll-behavior", "animate(", "'smooth'"] {
            assert!([STYLE, PASSKEY, LIVE].iter().all(|part| !part.contains(moving)), "{moving}");
        }
        assert!(!ICON.contains("<animate"));
    }
}
