//! The enrolment code: 128 bits of secret, 80 bits of the root's fingerprint, 12 bits of checksum; 44 Crockford characters in groups of four.
//! The fingerprint lets the agent trust nothing it was not told to.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// Crockford base32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARS: usize = 44;

/// A parsed enrolment code.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// The secret that authorises; only its hash is stored.
    pub secret: [u8; 16],
    /// First 80 bits of SHA-256 over the root certificate's SubjectPublicKeyInfo (DER).
    pub root_pin: [u8; 10],
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(…)")
    }
}

/// Why a typed code is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// A character that cannot be in a code.
    #[error("character {position} ({character:?}) cannot be in an enrolment code")]
    Character {
        /// Position among the characters that count, from 1.
        position: usize,
        /// The character as typed.
        character: char,
    },
    /// Too short or too long.
    #[error("an enrolment code has {CHARS} characters, this one has {0}")]
    Length(usize),
    /// The checksum does not fit: mistyped.
    #[error("the code was mistyped: its check characters do not fit")]
    Checksum,
}

impl EnrolmentCode {
    fn checksum(payload: &[u8; 26]) -> u16 {
        let digest = Sha256::digest(payload);
        u16::from_be_bytes([digest[0], digest[1]]) >> 4
    }

    fn payload(&self) -> [u8; 26] {
        let mut payload = [0; 26];
        payload[..16].copy_from_slice(&self.secret);
        payload[16..].copy_from_slice(&self.root_pin);
        payload
    }

    /// The secret as the wire carries it: 32 lower-case hexadecimal digits.
    pub fn secret_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.secret)
    }

    /// The printed form, `XXXX-XXXX-…`, eleven groups of four.
    pub fn to_text(&self) -> String {
        let payload = self.payload();
        let check = Self::checksum(&payload);
        let mut bits = payload.to_vec();
        bits.push(u8::try_from(check >> 4).unwrap_or_default());
        bits.push(u8::try_from((check & 0xF) << 4).unwrap_or_default());
        let mut text = String::with_capacity(CHARS + 10);
        for i in 0..CHARS {
            if i > 0 && i % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(five_bits(&bits, i))]));
        }
        text
    }
}

fn five_bits(bytes: &[u8], index: usize) -> u8 {
    let bit = index * 5;
    let hi = u16::from(bytes[bit / 8]);
    let lo = u16::from(bytes.get(bit / 8 + 1).copied().unwrap_or(0));
    u8::try_from(((hi << 8 | lo) >> (11 - bit % 8)) & 0x1F).unwrap_or_default()
}

enum Typed {
    Digit(char),
    Separator,
    Foreign,
}

/// Full-width letters and digits, lower case, look-alikes and separators are all accepted.
fn normalise(c: char) -> Typed {
    let c = match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    };
    if c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '—' | '―' | '−' | 'ー' | 'ｰ' | '_') {
        return Typed::Separator;
    }
    match c.to_ascii_uppercase() {
        'O' => Typed::Digit('0'),
        'I' | 'L' => Typed::Digit('1'),
        u if u8::try_from(u).is_ok_and(|byte| ALPHABET.contains(&byte)) => Typed::Digit(u),
        _ => Typed::Foreign,
    }
}

impl FromStr for EnrolmentCode {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let mut values = Vec::with_capacity(CHARS);
        for character in text.chars() {
            match normalise(character) {
                Typed::Separator => {}
                Typed::Digit(c) => values.push(ALPHABET.iter().position(|a| char::from(*a) == c).unwrap_or_default()),
                Typed::Foreign => return Err(InvalidCode::Character { position: values.len() + 1, character }),
            }
        }
        if values.len() != CHARS {
            return Err(InvalidCode::Length(values.len()));
        }
        let mut bytes = [0u8; 28];
        for (i, value) in values.iter().enumerate() {
            for b in 0..5 {
                if value >> (4 - b) & 1 == 1 {
                    bytes[(i * 5 + b) / 8] |= 0x80 >> ((i * 5 + b) % 8);
                }
            }
        }
        let mut payload = [0; 26];
        payload.copy_from_slice(&bytes[..26]);
        if u16::from(bytes[26]) << 4 | u16::from(bytes[27]) >> 4 != Self::checksum(&payload) {
            return Err(InvalidCode::Checksum);
        }
        let (mut secret, mut root_pin) = ([0; 16], [0; 10]);
        secret.copy_from_slice(&payload[..16]);
        root_pin.copy_from_slice(&payload[16..]);
        Ok(Self { secret, root_pin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn full_width(text: &str) -> String {
        text.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).expect("full width") } else { c }).collect()
    }

    proptest! {
        #[test]
        fn a_code_survives_print_lower_case_full_width_and_lost_hyphens(secret: [u8; 16], root_pin: [u8; 10]) {
            let code = EnrolmentCode { secret, root_pin };
            let text = code.to_text();
            prop_assert_eq!(text.len(), 54);
            for typed in [text.clone(), text.to_lowercase(), full_width(&text), text.replace('-', " "), text.replace('-', "")] {
                prop_assert_eq!(typed.parse::<EnrolmentCode>(), Ok(code.clone()));
            }
        }

        #[test]
        fn a_code_with_one_character_mistyped_is_refused(secret: [u8; 16], root_pin: [u8; 10], at in 0usize..44, by in 1usize..32) {
            let text: String = EnrolmentCode { secret, root_pin }.to_text().replace('-', "");
            let mut bytes = text.into_bytes();
            let old = ALPHABET.iter().position(|a| *a == bytes[at]).expect("in the alphabet");
            bytes[at] = ALPHABET[(old + by) % 32];
            let typed = String::from_utf8(bytes).expect("ascii");
            // 12 bits of checksum: one in 4,096 slips through here and fails at the collector instead.
            if let Ok(other) = typed.parse::<EnrolmentCode>() {
                prop_assert_ne!(other.payload(), EnrolmentCode { secret, root_pin }.payload());
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_typed_code_is_said() {
        assert_eq!("ABC".parse::<EnrolmentCode>(), Err(InvalidCode::Length(3)));
        assert_eq!("AB!".parse::<EnrolmentCode>(), Err(InvalidCode::Character { position: 3, character: '!' }));
        let text = EnrolmentCode { secret: [7; 16], root_pin: [9; 10] }.to_text();
        let swapped = format!("{}{}", &text[1..2], &text[..1]) + &text[2..];
        assert_ne!(swapped, text);
        assert_eq!(swapped.parse::<EnrolmentCode>(), Err(InvalidCode::Checksum));
    }
}
