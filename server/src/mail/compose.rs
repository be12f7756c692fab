//! A letter as a message: plain text in UTF-8, in its reader's language, with the link as its heart.

use std::time::{Duration, SystemTime};

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};

use super::{host_of, open_link};
use crate::config::MailSettings;
use crate::domain::ids::LetterId;
use crate::domain::mail::{Failure, Link, MailAddress};
use crate::random::Random;
use crate::secrets::MasterKey;
use crate::store::mail::Claimed;
use crate::words::Text;

/// What surrounds every letter.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Where it comes from.
    pub sender: &'a MailAddress,
    /// Address of the web port, without a slash at its end.
    pub public_url: &'a str,
    /// Opens secret links.
    pub master: &'a MasterKey,
    /// Now.
    pub now: Timestamp,
}

/// Writes a letter.
pub fn compose(letter: &Claimed, frame: &Frame<'_>) -> Result<Message, Failure> {
    let lang = letter.lang.unwrap_or_default();
    let mut body = Text::new(letter.kind.body());
    for name in letter.kind.values() {
        let (_, said) = letter.about.iter().find(|(known, _)| known == name).ok_or(Failure::Unwritable)?;
        body = body.with(name, said.clone());
    }
    let path = match &letter.link {
        Link::Page(path) => path.clone(),
        Link::Secret(sealed) => open_link(frame.master, sealed).ok_or(Failure::Unwritable)?.to_string(),
    };
    let text = format!(
        "{}\n\n{}{path}\n\n-- \n{}\n",
        body.in_lang(lang),
        frame.public_url,
        Text::new("mail-footer").with("url", frame.public_url.to_owned()).in_lang(lang)
    );
    let subject = Text::new(letter.kind.subject()).in_lang(lang);
    message((letter.id, &letter.address), (frame.sender, frame.public_url), (lang, frame.now), (subject, text)).ok_or(Failure::Unwritable)
}

/// A letter of no importance, for an operator who tries the settings.
pub fn test_message(settings: &MailSettings, to: &MailAddress, random: &Random, now: Timestamp) -> Option<Message> {
    let (lang, id) = (Lang::Japanese, LetterId::new(random.uuid(now)));
    let subject = Text::new("mail-subject-test").in_lang(lang);
    let text = format!("{}\n\n{}/\n", Text::new("mail-body-test").in_lang(lang), settings.public_url);
    message((id, to), (&settings.sender, &settings.public_url), (lang, now), (subject, text))
}

fn message(
    (id, to): (LetterId, &MailAddress),
    (sender, public_url): (&MailAddress, &str),
    (lang, now): (Lang, Timestamp),
    (subject, text): (String, String),
) -> Option<Message> {
    let seconds = u64::try_from(now.seconds()).ok()?;
    let from = Mailbox::new(Some(Text::new("mail-sender").in_lang(lang)), sender.as_str().parse().ok()?);
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to.as_str().parse().ok()?))
        .subject(subject)
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        // The same at every try.
        .message_id(Some(format!("<{id}@{}>", host_of(public_url))))
        // Nobody's absence note answers it (RFC 3834 §5).
        .raw_header(header("Auto-Submitted", "auto-generated")?)
        .raw_header(header("Content-Language", lang.tag())?)
        .singlepart(SinglePart::plain(text))
        .ok()
}

fn header(name: &str, value: &str) -> Option<HeaderValue> {
    Some(HeaderValue::new(HeaderName::new_from_ascii(name.to_owned()).ok()?, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::{Kind, Said};
    use crate::mail::secret_link;

    const MORNING: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn written(kind: Kind, lang: Option<Lang>, link: Link, about: &[(&str, Said)]) -> Result<String, Failure> {
        let random = Random::seeded(3);
        let master = MasterKey::from_bytes([7; 32]);
        let sender = MailAddress::parse("hashimori@hotaru.example").expect("an address");
        let letter = Claimed {
            id: LetterId::new(random.uuid(MORNING)),
            address: MailAddress::parse("hanako@hotaru.example").expect("an address"),
            lang,
            kind,
            about: about.iter().map(|(name, said)| ((*name).to_owned(), said.clone())).collect(),
            link,
            tries: 1,
            ends_at: MORNING,
        };
        let frame = Frame { sender: &sender, public_url: "https://hashimori.example", master: &master, now: MORNING };
        compose(&letter, &frame).map(|message| String::from_utf8(message.formatted()).expect("ASCII on the wire"))
    }

    #[test]
    fn a_letter_is_plain_utf_8_with_a_link_and_headers_that_keep_absence_notes_away() {
        let about = [("facilities", Said::Number(2)), ("days", Said::Number(7))];
        let english = written(Kind::Vacancies, Some(Lang::English), Link::Page("/vacancies".to_owned()), &about).expect("written");
        assert!(english.contains("https://hashimori.example/vacancies\r\n"), "{english}");
        for header in [
            "To: hanako@hotaru.example\r\n",
            "Date: Mon, 03 Aug 2026 00:00:00 +0000\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Language: en\r\n",
            "MIME-Version: 1.0\r\n",
            "@hashimori.example>\r\n",
        ] {
            assert!(english.contains(header), "{header} is not in\n{english}");
        }
        let japanese = written(Kind::Vacancies, None, Link::Page("/vacancies".to_owned()), &about).expect("written");
        assert!(japanese.contains("Content-Language: ja\r\n") && japanese.contains("Subject: =?utf-8?b?"), "{japanese}");
        assert!(japanese.is_ascii() && japanese.lines().all(|line| line.len() <= 998), "{japanese}");
    }

    #[test]
    fn a_secret_link_is_opened_in_its_letter_and_one_that_cannot_be_opened_is_never_sent() {
        let random = Random::seeded(4);
        let (own, other) = (MasterKey::from_bytes([7; 32]), MasterKey::from_bytes([8; 32]));
        let until = [("until", Said::At(MORNING))];
        let text = written(Kind::Invitation, Some(Lang::English), secret_link(&own, &random, "/start/AAAA"), &until).expect("written");
        assert!(text.contains("https://hashimori.example/start/AAAA"), "{text}");
        assert_eq!(written(Kind::Invitation, None, secret_link(&other, &random, "/start/AAAA"), &until), Err(Failure::Unwritable));
        assert_eq!(written(Kind::Invitation, None, Link::Page("/".to_owned()), &[]), Err(Failure::Unwritable), "a value is missing");
    }
}
