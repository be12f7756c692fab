//! A paper as somebody fills it in: read as a whole, or refused with what is wrong where.

use hashimori_shared::pack::{Pack, Parameters, PersonalMode};
use hashimori_shared::time::Timestamp;

use super::field::read_all;
use super::period::midnight;
use super::{Days, Input, InvalidField, InvalidPeriod, Kind, Period, Values, incident, paper_day, personal, record, restriction, take_out};
use crate::domain::ids::DeviceId;
use crate::domain::people::role::LONGEST_NAME;

/// What is to be filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Name of the person it is for.
    pub applicant: String,
    /// The device of the ledger it is about.
    pub device: Option<DeviceId>,
    /// From when to when.
    pub period: Period,
    /// The fields.
    pub values: Values,
    /// The day on the paper, where it was written by hand first.
    pub on: Option<Timestamp>,
}

/// What is wrong with a paper as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The name of the person it is for.
    #[error("a name has 1 to {LONGEST_NAME} characters")]
    Applicant,
    /// The facility does not allow personal devices at all.
    #[error("the facility does not allow personal devices")]
    Prohibited,
    /// A field.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// This kind of paper is about a device.
    #[error("it names its device")]
    WithoutDevice,
    /// The device is not one of the facility's.
    #[error("not a device of the facility that is in use")]
    Device,
    /// One notice for many times names its device.
    #[error("a standing notice names its device")]
    StandingWithoutDevice,
    /// The period.
    #[error(transparent)]
    Period(#[from] InvalidPeriod),
    /// The day on which it was found.
    #[error("not a day before tomorrow")]
    Found,
    /// The day on which it was considered or checked.
    #[error("not a day before tomorrow")]
    ToCome,
    /// The day on the paper.
    #[error("not a day that the paper can bear")]
    PaperDay,
}

/// What papers are read by: the pack, and how the facility allows personal devices.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The pack in force.
    pub pack: &'a Pack,
    /// The facility's.
    pub personal: PersonalMode,
    /// Whether a 災害時特例 holds over the facility: it waives what the facility asks for before a personal device is used.
    pub excepted: bool,
}

impl Rules<'_> {
    pub(super) fn parameters(&self) -> &Parameters {
        self.pack.parameters()
    }
}

impl Wish {
    /// As typed: `applicant`, `device`, `from`, `until`, `on` and the kind's fields.
    pub fn read<'a>(kind: Kind, rules: &Rules<'_>, now: Timestamp, typed: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Invalid> {
        let text = |name: &str| typed(name).unwrap_or_default().trim();
        let applicant = text("applicant").split_whitespace().collect::<Vec<_>>().join(" ");
        if applicant.is_empty() || applicant.chars().count() > LONGEST_NAME || applicant.chars().any(char::is_control) {
            return Err(Invalid::Applicant);
        }
        let values = read_all(kind.fields(), &typed)?;
        let clauses = kind.fields().iter().filter(|field| field.input == Input::Clause);
        for field in clauses {
            if values.get(field.name).is_some_and(|id| rules.pack.clause(id).is_none()) {
                return Err(InvalidField::Choice(*field).into());
            }
        }
        let device = match text("device") {
            "" => None,
            _ if !kind.names_device() => None,
            id => Some(id.parse().map_err(|_| Invalid::Device)?),
        };
        if device.is_none() && values.get(take_out::FORM).is_some_and(|form| form == take_out::STANDING) {
            return Err(Invalid::StandingWithoutDevice);
        }
        if kind == Kind::HandOver && device.is_none() {
            return Err(Invalid::WithoutDevice);
        }
        if kind == Kind::PersonalDevice && !rules.excepted {
            personal::check_mode(&values, rules.personal)?;
        }
        if kind == Kind::FacilityCheck {
            record::check_target(&values)?;
        }
        if kind == Kind::Restriction && device.is_none() && values.get(restriction::SCOPE).is_some_and(|scope| scope == "device") {
            return Err(Invalid::WithoutDevice);
        }
        let on = match text("on") {
            "" => None,
            day => Some(rules.parameters().approval.paper_ok.then(|| paper_day(day, None, now)).flatten().ok_or(Invalid::PaperDay)?),
        };
        let most = (kind.most_days(rules), on.is_some());
        let period = match kind.days() {
            Days::Period(_) => Period::read(text("from"), text("until"), most, now)?,
            Days::Found => since_found(text("from"), now)?,
            Days::Due => Period::starting(on.unwrap_or(now), text("until"), most, now)?,
        };
        if kind.is_record() && period.from > now {
            return Err(Invalid::ToCome);
        }
        Ok(Self { applicant, device, period, values, on })
    }
}

impl Wish {
    /// The loss of a device, noted by an act of its own: for whom, which, and how it came about.
    pub fn loss(applicant: String, device: Option<DeviceId>, why: &str, now: Timestamp) -> Result<Self, Invalid> {
        let values =
            [(incident::WHAT, incident::LOSS), (incident::SITUATION, why)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Self { applicant, device, period: since_found("", now)?, values: values.into(), on: None })
    }
}

/// From the day on which something was found, today where none is typed; a late report is never refused. An incident has no last day
/// of its own: its deadlines follow from the first.
fn since_found(typed: &str, now: Timestamp) -> Result<Period, Invalid> {
    let from = if typed.is_empty() { midnight(now) } else { paper_day(typed, None, now).ok_or(Invalid::Found)? };
    Ok(Period { from, until: from.plus_days(NO_LAST_DAY) })
}

/// What stands in for the end of what has none.
const NO_LAST_DAY: i64 = 36_500;

#[cfg(test)]
mod tests {
    use hashimori_shared::pack::Pack;

    use super::*;

    /// 2026-08-03 09:00 JST.
    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);
    const GOOD: &[(&str, &str)] = &[
        ("applicant", "髙﨑　𠮷男"),
        ("form", "single"),
        ("contents", "訪問予定表"),
        ("medium", "タブレット"),
        ("purpose", "訪問看護"),
        ("place", "架空町"),
        ("protection", "起動時ロック"),
        ("from", "2026-08-03"),
        ("until", "2026-08-04"),
    ];

    fn read(changed: &[(&str, &str)]) -> Result<Wish, Invalid> {
        let pack = Pack::bundled();
        let typed = |name: &str| changed.iter().chain(GOOD).find(|(field, _)| *field == name).map(|(_, value)| *value);
        let rules = Rules { pack: &pack, personal: PersonalMode::ExceptionOnly, excepted: false };
        Wish::read(Kind::TakeOut, &rules, NOW, typed)
    }

    #[test]
    fn a_notice_keeps_the_name_letter_for_letter() {
        assert_eq!(read(&[]).map(|wish| wish.applicant), Ok("髙﨑 𠮷男".to_owned()));
        assert_eq!(read(&[("applicant", " ")]), Err(Invalid::Applicant));
    }

    #[test]
    fn a_notice_says_content_medium_purpose_and_period() {
        for field in ["contents", "medium", "purpose"] {
            let Err(Invalid::Field(missing @ InvalidField::Missing(_))) = read(&[(field, " ")]) else { panic!("{field} is empty") };
            assert_eq!(missing.text().field(), Some(field));
        }
        assert_eq!(read(&[("until", "2026-08-02")]), Err(Invalid::Period(InvalidPeriod::EndBeforeStart)));
        assert_eq!(read(&[("until", "2027-08-03")]), Err(Invalid::Period(InvalidPeriod::TooLong(183))));
    }

    #[test]
    fn one_notice_for_many_times_names_its_device() {
        assert_eq!(read(&[("form", "standing")]), Err(Invalid::StandingWithoutDevice));
        let device = "01900000-0000-7000-8000-000000000000";
        assert!(read(&[("form", "standing"), ("device", device)]).is_ok_and(|wish| wish.device.is_some()));
        assert_eq!(read(&[("device", "x")]), Err(Invalid::Device));
    }

    #[test]
    fn what_was_on_paper_first_may_be_over_and_bears_no_day_to_come() {
        let past = [("from", "2026-07-01"), ("until", "2026-07-02")];
        assert_eq!(read(&past), Err(Invalid::Period(InvalidPeriod::Over)));
        assert!(read(&[past.as_slice(), &[("on", "2026-06-30")]].concat()).is_ok_and(|wish| wish.on.is_some()));
        assert_eq!(read(&[("on", "2026-08-04")]), Err(Invalid::PaperDay));
    }
}
