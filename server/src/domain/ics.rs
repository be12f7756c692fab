//! Deadlines as a calendar takes them: iCalendar (RFC 5545). A small writer: lines end in CRLF, are folded at 75 octets, never within a
//! letter, and text is escaped. Knows neither whose calendar it is nor the clock.

use hashimori_shared::time::Timestamp;

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Within the JST day of this instant.
    Day(Timestamp),
    /// At this instant.
    At(Timestamp),
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same for the same deadline each time, also when it moves.
    pub uid: String,
    /// When.
    pub when: When,
    /// What, in one line.
    pub summary: String,
    /// Where more is said.
    pub url: String,
}

/// Most octets of a line, without its end (RFC 5545 §3.1).
const LINE: usize = 75;

/// The whole calendar, called `name`; `stamp` is when it was made.
pub fn calendar(name: &str, events: &[Event], stamp: Timestamp) -> String {
    let mut out = String::new();
    let name = escaped(name);
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hashimori//Deadlines//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"] {
        line(&mut out, text);
    }
    line(&mut out, &format!("NAME:{name}"));
    line(&mut out, &format!("X-WR-CALNAME:{name}"));
    line(&mut out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    for event in events {
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}", escaped(&event.uid)));
        line(&mut out, &format!("DTSTAMP:{}", utc(stamp)));
        match event.when {
            // The end is the day after, for it is not part of the entry (§3.6.1).
            When::Day(day) => {
                line(&mut out, &format!("DTSTART;VALUE=DATE:{}", date(day)));
                line(&mut out, &format!("DTEND;VALUE=DATE:{}", date(day.plus_days(1))));
            }
            When::At(at) => line(&mut out, &format!("DTSTART:{}", utc(at))),
        }
        line(&mut out, &format!("SUMMARY:{}", escaped(&event.summary)));
        // An address is no text: nothing in it is escaped (§3.8.4.6), and ours have no sign that would need it.
        line(&mut out, &format!("URL:{}", event.url.replace(char::is_control, "")));
        line(&mut out, "TRANSP:TRANSPARENT");
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

/// Text (§3.3.11): a line break is `\n`, other control characters go.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Folds a line: what goes on begins with a space, which counts.
fn line(out: &mut String, text: &str) {
    let mut octets = 0;
    for c in text.chars() {
        if octets + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
}

fn at(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(at.seconds()).ok()
}

fn utc(instant: Timestamp) -> String {
    at(instant).map(|at| at.strftime("%Y%m%dT%H%M%SZ").to_string()).unwrap_or_default()
}

fn date(day: Timestamp) -> String {
    at(day).map(|at| jiff::tz::Offset::constant(9).to_datetime(at).strftime("%Y%m%d").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2028-02-29 00:00 JST.
    const LEAP: Timestamp = Timestamp::from_seconds(1_835_362_800);

    fn event(summary: &str, when: When) -> Event {
        Event { uid: "a@hashimori.example".to_owned(), when, summary: summary.to_owned(), url: "https://hashimori.example/".to_owned() }
    }

    fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    #[test]
    fn a_calendar_is_written_as_the_rfc_has_it() {
        let events = [event("持出届 第3号: 返却", When::Day(LEAP)), event("ends", When::At(LEAP.plus_seconds(3_600)))];
        let text = unfolded(&calendar("期限, 橋守", &events, LEAP));
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Hashimori//Deadlines//EN\r\n"));
        assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
        assert!(text.contains("\r\nX-WR-CALNAME:期限\\, 橋守\r\n"));
        assert!(text.contains("\r\nDTSTART;VALUE=DATE:20280229\r\nDTEND;VALUE=DATE:20280301\r\nSUMMARY:持出届 第3号: 返却\r\n"));
        assert!(text.contains("\r\nDTSTART:20280228T160000Z\r\n") && text.contains("\r\nDTSTAMP:20280228T150000Z\r\n"));
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
    }

    #[test]
    fn what_somebody_typed_cannot_end_an_entry_or_begin_another() {
        let text = calendar("x", &[event("a\r\nEND:VEVENT\r\nBEGIN:VEVENT\nb;c,d\\e\u{7}", When::Day(LEAP))], LEAP);
        assert_eq!(text.matches("\r\nBEGIN:VEVENT").count(), 1);
        assert!(unfolded(&text).contains("SUMMARY:a\\nEND:VEVENT\\nBEGIN:VEVENT\\nb\\;c\\,d\\\\e\r\n"));
    }

    proptest! {
        #[test]
        fn no_line_is_longer_than_75_octets_and_unfolding_gives_the_text_back(summary in "\\PC{0,200}") {
            let text = calendar("x", &[event(&summary, When::Day(LEAP))], LEAP);
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE), "{}", text);
            let whole = format!("\r\nSUMMARY:{}\r\n", escaped(&summary));
            prop_assert!(unfolded(&text).contains(&whole));
        }
    }
}
