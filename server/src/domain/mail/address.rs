//! A registered address. Personal data: erased with its person, and never in a log.

use std::fmt;

/// An address as SMTP takes it without extensions (RFC 5321 §4.5.3.1): a local part without quotes, and a domain name.
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress(String);

/// It is no address that every server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no mail address")]
pub struct InvalidAddress;

impl MailAddress {
    /// From what somebody typed: spaces around it and full-width letters are forgiven.
    pub fn parse(typed: &str) -> Result<Self, InvalidAddress> {
        let text: String = typed.trim().chars().map(half_width).collect();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidAddress)?;
        let local_fits = (1..=64).contains(&local.len())
            && local.chars().all(|c| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let label_fits = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let domain_fits = domain.split('.').count() >= 2 && domain.split('.').all(label_fits);
        if local_fits && domain_fits && text.len() <= 254 { Ok(Self(text)) } else { Err(InvalidAddress) }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A full-width sign of ASCII (U+FF01–U+FF5E) as itself.
fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_typed_on_any_keyboard_and_never_shown_by_accident() {
        let address = MailAddress::parse(" ｈａｎａｋｏ＠ｈｏｔａｒｕ．ｅｘａｍｐｌｅ ").expect("an address");
        assert_eq!(address.as_str(), "hanako@hotaru.example");
        assert_eq!(format!("{address:?}"), "MailAddress(…)");
        for fits in ["a@b.example", "hana.ko+mcs@mail.hotaru.example", "o'hara@xn--wgv71a.example"] {
            assert!(MailAddress::parse(fits).is_ok(), "{fits}");
        }
    }

    #[test]
    fn what_could_smuggle_a_header_or_a_second_recipient_is_no_address() {
        let long = format!("{}@hotaru.example", "a".repeat(65));
        for wrong in [
            "",
            "hanako",
            "hanako@localhost",
            "@hotaru.example",
            "a@b@c.example ,d@e.example",
            "hanako@hotaru.example\r\nBcc: x@y.example",
            "hana ko@hotaru.example",
            "\"hana ko\"@hotaru.example",
            "花子@hotaru.example",
            ".a@hotaru.example",
            "a..b@hotaru.example",
            "a@-hotaru.example",
            "a@hotaru..example",
            "a@[192.0.2.1]",
            long.as_str(),
        ] {
            assert_eq!(MailAddress::parse(wrong), Err(InvalidAddress), "{wrong:?}");
        }
    }
}
