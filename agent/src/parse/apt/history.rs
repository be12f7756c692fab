//! `/var/log/dpkg.log`: when an update was last installed.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The last moment an installed package was replaced by another version, or a kernel was added (kernels come as new packages).
/// dpkg writes local time; `zone` is the machine's.
pub fn last_update(log: &str, zone: &TimeZone) -> Option<jiff::Timestamp> {
    log.lines().rev().find_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let (day, time, action, package) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let (from, to) = (words.next()?, words.next()?);
        let update = match action {
            "upgrade" => from != to,
            "install" => package.starts_with("linux-image-"),
            _ => false,
        };
        let local: DateTime = update.then(|| format!("{day}T{time}").parse().ok()).flatten()?;
        zone.to_ambiguous_zoned(local).compatible().ok().map(|zoned| zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOG: &str = "2026-08-01 09:00:00 startup archives unpack\n\
        2026-08-01 09:00:01 upgrade bash:amd64 5.2-1 5.2-2\n\
        2026-08-01 09:00:02 status installed bash:amd64 5.2-2\n\
        2026-08-03 10:00:00 install hello:amd64 <none> 2.10-3\n\
        2026-08-04 10:00:00 upgrade hello:amd64 2.10-3 2.10-3\n";

    #[test]
    fn a_new_or_reinstalled_program_is_no_update_but_a_new_kernel_is() {
        let tokyo = TimeZone::fixed(jiff::tz::offset(9));
        assert_eq!(last_update(LOG, &tokyo).expect("found").to_string(), "2026-08-01T00:00:01Z");
        let kernel = format!("{LOG}2026-08-05 10:00:00 install linux-image-6.1.0-40-amd64:amd64 <none> 6.1.153-1\n");
        assert_eq!(last_update(&kernel, &tokyo).expect("found").to_string(), "2026-08-05T01:00:00Z");
        assert_eq!(last_update("garbage\n2026-99-99 25:00:00 upgrade a b c\n", &tokyo), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} upgrade a b c\n)*") {
            let _ = last_update(&text, &TimeZone::UTC);
        }
    }
}
