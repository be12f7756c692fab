//! Recovery codes: each stands in for the authenticator app once. 50 bits, printed as `XXXXX-XXXXX`; only hashes are stored.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::random::Random;

/// How many are handed out together.
pub const COUNT: usize = 8;

/// A fresh set, to be shown once.
pub fn fresh(random: &Random) -> Vec<String> {
    (0..COUNT)
        .map(|_| {
            let text = BASE32_NOPAD.encode(&random.bytes::<7>());
            format!("{}-{}", &text[..5], &text[5..10])
        })
        .collect()
}

/// What is stored of a code as typed; `None` when it cannot be one (a TOTP code, for instance).
pub fn hash(typed: &str) -> Option<String> {
    let text: String = typed.chars().map(super::half_width).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    (text.len() == 10).then(|| HEXLOWER.encode(&Sha256::digest(format!("recovery\0{text}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_recognised_however_it_is_typed_and_a_totp_code_is_not_one() {
        let codes = fresh(&Random::seeded(5));
        assert_eq!(codes.len(), COUNT);
        assert_eq!(codes[0].len(), 11);
        assert_eq!(hash(&codes[0]), hash(&codes[0].to_lowercase().replace('-', " ")));
        assert_ne!(hash(&codes[0]), hash(&codes[1]));
        assert_eq!(hash("123456"), None);
    }
}
