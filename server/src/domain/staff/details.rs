//! Who somebody is: the least that has to be known, kept letter for letter as it was typed.

use hashimori_shared::time::Timestamp;

use crate::domain::paper::day_start;
use crate::domain::people::half_width;
use crate::domain::people::role::LONGEST_NAME;
use crate::domain::worded::words;
use crate::words::Text;

/// Longest job, in characters.
pub const LONGEST_JOB: usize = 40;
/// Longest ID of the network, in characters.
pub const LONGEST_MCS_ID: usize = 100;
/// How far ahead somebody can be registered, in days.
const AHEAD: i64 = 366;

/// What is known of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Name.
    pub name: String,
    /// Job.
    pub job: String,
    /// First day.
    pub joined: Timestamp,
    /// ID of the network; empty: none yet.
    pub mcs_id: String,
}

words!(
    /// The fields, in the order of forms and files; the words are the names of the form's fields.
    Field {
        /// Name.
        Name = "name", "staff-col-name";
        /// Job.
        Job = "job", "staff-col-job";
        /// First day.
        Joined = "joined", "staff-col-joined";
        /// ID of the network.
        McsId = "mcs_id", "staff-col-mcs-id";
    }
);

impl Field {
    /// What is wrong with it, and how it has to be.
    pub fn wrong(self) -> Text {
        let wrong = match self {
            Self::Name => Text::new("staff-wrong-name").with("most", LONGEST_NAME),
            Self::Job => Text::new("staff-wrong-job").with("most", LONGEST_JOB),
            Self::Joined => Text::new("staff-wrong-joined"),
            Self::McsId => Text::new("staff-wrong-mcs-id").with("most", LONGEST_MCS_ID),
        };
        wrong.about_field(self.as_str())
    }
}

/// One line of 1 to `most` characters, as typed but for blanks around and between; `None`: it is none.
pub fn text(typed: &str, most: usize) -> Option<String> {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=most).contains(&line.chars().count()) && !line.chars().any(char::is_control);
    fits.then_some(line)
}

/// A day that has begun; `None`: it is none, or to come.
pub(super) fn day(typed: &str, now: Timestamp) -> Option<Timestamp> {
    day_start(typed).filter(|day| *day <= now)
}

/// An ID of the network: ASCII signs without blanks, or nothing yet.
fn mcs_id(typed: &str) -> Option<String> {
    let id: String = typed.trim().chars().map(half_width).collect();
    let fits = id.is_empty() || (id.len() <= LONGEST_MCS_ID && id.chars().all(|c| c.is_ascii_graphic()));
    fits.then_some(id)
}

impl Details {
    /// As typed; the first field that is wrong.
    pub fn read<'a>(now: Timestamp, typed: impl Fn(Field) -> &'a str) -> Result<Self, Field> {
        Ok(Self {
            name: text(typed(Field::Name), LONGEST_NAME).ok_or(Field::Name)?,
            job: text(typed(Field::Job), LONGEST_JOB).ok_or(Field::Job)?,
            joined: day_start(typed(Field::Joined)).filter(|day| *day <= now.plus_days(AHEAD)).ok_or(Field::Joined)?,
            mcs_id: mcs_id(typed(Field::McsId)).ok_or(Field::McsId)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;

    /// 2026-08-03 09:00 JST.
    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn read(typed: [&str; 4]) -> Result<Details, Field> {
        Details::read(NOW, |field| Field::ALL.iter().position(|known| *known == field).map_or("", |at| typed[at]))
    }

    #[test]
    fn old_forms_of_letters_are_kept_as_they_were_typed() {
        for name in ["髙﨑 𠮷男", "渡邊\u{e0101} 見本", "ﾐﾎﾝ 花子"] {
            let details = read([name, "看護師", "2026-08-03", ""]).expect("details");
            assert_eq!((details.name.as_str(), details.mcs_id.as_str()), (name, ""));
        }
        let details = read(["見本\u{3000}花子 ", " 薬剤師\n", "２０２６/０８/０３", " ｎurse01@hotaru.example"]).expect("details");
        assert_eq!((details.name.as_str(), details.job.as_str()), ("見本 花子", "薬剤師"));
        assert_eq!(details.mcs_id, "nurse01@hotaru.example");
    }

    #[test]
    fn what_cannot_be_taken_is_named_by_its_field_and_says_how_it_has_to_be() {
        let long = "長".repeat(61);
        for (typed, field) in [
            ([" ", "看護師", "2026-08-03", ""], Field::Name),
            ([long.as_str(), "看護師", "2026-08-03", ""], Field::Name),
            (["見本\u{7}", "看護師", "2026-08-03", ""], Field::Name),
            (["見本", "", "2026-08-03", ""], Field::Job),
            (["見本", "看護師", "2027-02-29", ""], Field::Joined),
            (["見本", "看護師", "2028-08-03", ""], Field::Joined),
            (["見本", "看護師", "", ""], Field::Joined),
            (["見本", "看護師", "2026-08-03", "id 1"], Field::McsId),
            (["見本", "看護師", "2026-08-03", "見本"], Field::McsId),
        ] {
            assert_eq!(read(typed), Err(field), "{typed:?}");
            assert!(Lang::ALL.into_iter().all(|lang| !field.wrong().in_lang(lang).is_empty()));
        }
    }
}
