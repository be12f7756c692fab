//! 機器管理台帳 (§16-2): what is written down about a device by hand, beside what its checking program tells. On a device on which none
//! runs (a telephone, a tablet, a storage medium) it is all that is known: such a device is never judged, and reads as 未確認.

use hashimori_shared::lang::Lang;

use super::day::day_start;
use super::paper::{Field, Input, InvalidField, Values, read_all};
use super::people::half_width;
use crate::words::Text;

/// Name of the field with 管理番号, as on the label.
pub const NUMBER: &str = "number";
/// Longest name of a device that is written in by hand, in characters.
pub const LONGEST_NAME: usize = 60;

const IMEI: &str = "imei";
const fn line(name: &'static str, label: &'static str, about: &'static str) -> Field {
    Field { name, label, about, input: Input::Line, required: false }
}

const fn day(name: &'static str, label: &'static str) -> Field {
    Field { name, label, about: "frame-day-about", input: Input::Day, required: false }
}

const fn chosen(name: &'static str, label: &'static str, about: &'static str, choices: &'static [(&'static str, &'static str)]) -> Field {
    Field { name, label, about, input: Input::Choice(choices), required: false }
}

/// What can be written down about every device.
pub const FIELDS: &[Field] = &[
    line(NUMBER, "ledger-number", "ledger-number-about"),
    line("serial", "ledger-serial", "ledger-serial-about"),
    line("owner", "ledger-outside", "ledger-outside-about"),
    line("user", "ledger-user", "ledger-user-about"),
    line("place", "ledger-place", "ledger-place-about"),
    line("line", "ledger-line", "ledger-line-about"),
    line(IMEI, "ledger-imei", "ledger-imei-about"),
    day("acquired", "ledger-acquired"),
    day("lease", "ledger-lease"),
    chosen(
        "usable",
        "ledger-usable",
        "ledger-usable-about",
        &[("", "ledger-not-said"), ("yes", "ledger-usable-yes"), ("no", "ledger-usable-no")],
    ),
    line("service", "ledger-service", "ledger-service-about"),
    day("tested", "ledger-tested"),
    Field { name: "remarks", label: "ledger-remarks", about: "ledger-remarks-about", input: Input::Text, required: false },
];

/// What is written down about a device that no checking program tells of, before the rest.
pub const BY_HAND: &[Field] = &[
    chosen(
        "sort",
        "ledger-sort",
        "ledger-sort-about",
        &[("", "ledger-sort-device"), ("medium", "ledger-sort-medium"), ("other", "ledger-sort-other")],
    ),
    line("model", "ledger-model", "ledger-model-about"),
    line("os", "ledger-os", "ledger-os-about"),
    chosen(
        "encrypted",
        "ledger-encrypted",
        "ledger-encrypted-about",
        &[("", "ledger-not-said"), ("yes", "ledger-encrypted-yes"), ("no", "ledger-encrypted-no")],
    ),
];

/// What a card asks for.
pub fn fields(by_hand: bool) -> impl Iterator<Item = &'static Field> {
    let first: &[Field] = if by_hand { BY_HAND } else { &[] };
    first.iter().chain(FIELDS)
}

/// What is wrong with a card as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A field.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// A day that is none.
    #[error("{} is not a day, such as 2026-08-31", .0.name)]
    Day(Field),
    /// Not the last four digits.
    #[error("an IMEI is kept by its last four digits")]
    Imei,
    /// A device that is written in by hand has a name.
    #[error("a name has 1 to {LONGEST_NAME} characters")]
    Name,
}

impl Invalid {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::Field(field) => field.text(),
            Self::Day(field) => Text::new("ledger-wrong-day").with("field", Text::new(field.label)).about_field(field.name),
            Self::Imei => Text::of_field("ledger-wrong-imei", "imei"),
            Self::Name => Text::of_field("ledger-wrong-name", "label").with("most", LONGEST_NAME),
        }
    }
}

/// A card as typed; days are kept in one form, `2026-08-31`.
pub fn read<'a>(by_hand: bool, typed: impl Fn(&str) -> Option<&'a str>) -> Result<Values, Invalid> {
    let mut values = read_all(fields(by_hand), typed)?;
    for field in FIELDS.iter().filter(|field| field.input == Input::Day) {
        if let Some(day) = values.get_mut(field.name) {
            *day = day_start(day).ok_or(Invalid::Day(*field))?.jst_date_in(Lang::English);
        }
    }
    if let Some(imei) = values.get_mut(IMEI) {
        *imei = imei.chars().map(half_width).collect();
        if imei.len() != 4 || !imei.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Invalid::Imei);
        }
    }
    Ok(values)
}

/// What a device is called that is written in by hand.
pub fn read_name(typed: &str) -> Result<String, Invalid> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(Invalid::Name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(by_hand: bool, typed: &[(&str, &str)]) -> Result<Values, Invalid> {
        read(by_hand, |name| typed.iter().find(|(field, _)| *field == name).map(|(_, value)| *value))
    }

    #[test]
    fn a_card_may_be_empty_keeps_letters_and_takes_days_of_the_calendar_and_four_digits() {
        assert_eq!(card(false, &[]), Ok(Values::new()));
        let full =
            card(false, &[("user", "髙﨑 𠮷男"), ("acquired", "2024-02-29"), ("imei", "０１２３"), ("usable", "no")]).expect("a card");
        assert_eq!((full["user"].as_str(), full["imei"].as_str(), full.len()), ("髙﨑 𠮷男", "0123", 4));
        assert_eq!(card(false, &[("lease", "２０２６-8-3")]).map(|values| values["lease"].clone()), Ok("2026-08-03".to_owned()));
        for day in ["2026-02-29", "来年", "2026-13-01"] {
            let said = card(false, &[("lease", day)]).expect_err(day).text();
            assert_eq!(said.field(), Some("lease"), "{day}");
        }
        for imei in ["123", "12345", "12a4", "356938035643809"] {
            assert_eq!(card(false, &[("imei", imei)]), Err(Invalid::Imei), "{imei}");
        }
        assert!(matches!(card(false, &[("usable", "maybe")]), Err(Invalid::Field(InvalidField::Choice(field))) if field.name == "usable"));
    }

    #[test]
    fn what_a_checking_program_tells_is_written_down_only_where_none_runs() {
        let typed = [("model", "架空電機 T1"), ("sort", "medium"), ("number", "001")];
        assert_eq!(card(false, &typed).map(|values| values.len()), Ok(1));
        assert_eq!(card(true, &typed).map(|values| values.len()), Ok(3));
        assert_eq!((read_name(" 往診用\u{3000}スマホ "), read_name(" ")), (Ok("往診用 スマホ".to_owned()), Err(Invalid::Name)));
    }

    #[test]
    fn no_field_has_anothers_name() {
        let mut names: Vec<_> = fields(true).map(|field| field.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!([NUMBER, IMEI].iter().all(|name| FIELDS.iter().any(|field| field.name == *name)));
    }
}
