//! お知らせ (§23): what the 事務局 tells those in charge of facilities. One notice for all it is for; who read it is kept by whoever did.
//!
//! Invariant: a notice that was sent is never rewritten: it is withdrawn, or another one takes its place.

use hashimori_shared::time::{DAY, Timestamp};

use super::ids::{AreaId, FacilityId, NoticeId, RegionId};
use super::people::{half_width, role};
use super::worded::words;

/// Longest title, in characters.
pub const LONGEST_TITLE: usize = 60;
/// Longest text, in characters: a form of that many Japanese letters, and of many facilities, is still taken.
pub const LONGEST_BODY: usize = 1_500;
/// Longest that one may be valid, in days.
pub const LONGEST_DAYS: i64 = 366;
/// Latest reminder, in days after it was sent.
pub const LATEST_REMINDER: u32 = 60;
/// Most facilities that are named one by one.
pub const MOST_FACILITIES: usize = 200;

words!(
    /// How much it matters.
    Weight {
        /// 通常.
        Normal = "normal", "notice-weight-normal";
        /// 重要.
        Important = "important", "notice-weight-important";
        /// 緊急: about a disaster or an incident; its letters go at any hour.
        Emergency = "emergency", "notice-weight-emergency";
    }
);

words!(
    /// How one came to its end before its time.
    Ending {
        /// 撤回.
        Withdrawn = "withdrawn", "notice-withdrawn";
        /// 訂正: another one took its place.
        Corrected = "corrected", "notice-corrected";
    }
);

/// Whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every facility of the region.
    Region,
    /// Those that lie in one of these areas, now or later.
    Areas(Vec<AreaId>),
    /// These.
    Facilities(Vec<FacilityId>),
}

impl Reach {
    /// The stored word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Areas(_) => "areas",
            Self::Facilities(_) => "facilities",
        }
    }

    /// Ids of its places.
    pub fn places(&self) -> Vec<String> {
        match self {
            Self::Region => Vec::new(),
            Self::Areas(areas) => areas.iter().map(AreaId::to_string).collect(),
            Self::Facilities(facilities) => facilities.iter().map(FacilityId::to_string).collect(),
        }
    }
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Title: one line.
    pub title: String,
    /// Text.
    pub body: String,
    /// How much it matters.
    pub weight: Weight,
    /// The first instant at which it is not valid any more.
    pub until: Timestamp,
    /// After how many days those who have not confirmed it are reminded; `None`: never.
    pub remind_days: Option<u32>,
}

/// What is wrong with one as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Title.
    #[error("a title has 1 to {LONGEST_TITLE} characters")]
    Title,
    /// Text.
    #[error("a text has 1 to {LONGEST_BODY} characters")]
    Body,
    /// How much it matters.
    #[error("not a weight")]
    Weight,
    /// Until when it is valid.
    #[error("not a day from today to {LONGEST_DAYS} days ahead")]
    Until,
    /// The reminder.
    #[error("not 1 to {LATEST_REMINDER} days")]
    Remind,
}

impl Wish {
    /// As typed: `title`, `body`, `weight`, `until` and `remind`.
    pub fn read<'a>(now: Timestamp, typed: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Invalid> {
        let text = |name: &str| typed(name).unwrap_or_default();
        let title = text("title").split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() || title.chars().count() > LONGEST_TITLE || title.chars().any(char::is_control) {
            return Err(Invalid::Title);
        }
        // A browser sends CR LF.
        let body = text("body").replace("\r\n", "\n").trim().to_owned();
        if body.is_empty() || body.chars().count() > LONGEST_BODY || body.chars().any(|c| c.is_control() && c != '\n') {
            return Err(Invalid::Body);
        }
        let weight = Weight::from_word(text("weight")).ok_or(Invalid::Weight)?;
        let until = role::last_day(text("until"), now).ok().flatten().ok_or(Invalid::Until)?;
        if until.seconds_since(now) > (LONGEST_DAYS + 1) * DAY {
            return Err(Invalid::Until);
        }
        let remind: String = text("remind").trim().chars().map(half_width).collect();
        let remind_days = match remind.as_str() {
            "" => None,
            days => Some(days.parse().ok().filter(|days| (1..=LATEST_REMINDER).contains(days)).ok_or(Invalid::Remind)?),
        };
        Ok(Self { title, body, weight, until, remind_days })
    }
}

/// A notice as it was sent, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// Its region.
    pub region: RegionId,
    /// What it says.
    pub said: Wish,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The one whose place it takes.
    pub corrects: Option<NoticeId>,
    /// How, when and why it ended before its time.
    pub ended: Option<(Ending, Timestamp, String)>,
}

impl Notice {
    /// Whether it is to be read now.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.said.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-08-03 09:00 JST.
    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);
    const GOOD: [(&str, &str); 5] =
        [("title", " 大雨への 備え "), ("body", "一行目\r\n二行目 "), ("weight", "important"), ("until", "2026-08-10"), ("remind", "３")];

    fn read(changed: &[(&str, &str)]) -> Result<Wish, Invalid> {
        Wish::read(NOW, |name| changed.iter().chain(&GOOD).find(|(field, _)| *field == name).map(|(_, value)| *value))
    }

    #[test]
    fn a_notice_is_read_as_typed_and_is_valid_to_the_end_of_its_last_day() {
        let wish = read(&[]).expect("a notice");
        assert_eq!((wish.title.as_str(), wish.body.as_str()), ("大雨への 備え", "一行目\n二行目"));
        assert_eq!((wish.weight, wish.remind_days), (Weight::Important, Some(3)));
        assert_eq!(wish.until, Timestamp::from_seconds(1_786_374_000), "2026-08-11 00:00 JST");
        assert_eq!(read(&[("remind", " ")]).map(|wish| wish.remind_days), Ok(None));
        assert!(read(&[("until", "2026-08-03")]).is_ok(), "today");
    }

    #[test]
    fn what_is_wrong_with_a_notice_is_said_by_name() {
        let (long, longer) = ("字".repeat(LONGEST_TITLE + 1), "字".repeat(LONGEST_BODY + 1));
        for (field, value, wrong) in [
            ("title", " \u{3000}", Invalid::Title),
            ("title", long.as_str(), Invalid::Title),
            ("body", " \n ", Invalid::Body),
            ("body", longer.as_str(), Invalid::Body),
            ("body", "a\u{7}b", Invalid::Body),
            ("weight", "grave", Invalid::Weight),
            ("until", "", Invalid::Until),
            ("until", "2026-08-02", Invalid::Until),
            ("until", "2027-02-29", Invalid::Until),
            ("until", "2028-01-01", Invalid::Until),
            ("remind", "0", Invalid::Remind),
            ("remind", "61", Invalid::Remind),
            ("remind", "明日", Invalid::Remind),
        ] {
            assert_eq!(read(&[(field, value)]), Err(wrong), "{field} {value}");
        }
    }

    #[test]
    fn words_survive_being_stored() {
        assert!(Weight::ALL.iter().copied().all(|weight| Weight::from_word(weight.as_str()) == Some(weight)));
        assert!(Ending::ALL.iter().copied().all(|ending| Ending::from_word(ending.as_str()) == Some(ending)));
    }
}
