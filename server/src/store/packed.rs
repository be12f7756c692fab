//! A list as one row. Every row of an answer is handed from the engine's thread to the asking one, and on a busy machine that, not
//! the reading, is what a list of some hundred short rows takes; as one text they are handed over once. For text without control
//! characters only, as the domain lets in: two of them part fields and rows.

use std::str::{FromStr, Split};

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, rows};

/// Parts fields: ASCII's unit separator.
const FIELD: char = '\u{1f}';
/// Parts rows: ASCII's record separator.
const ROW: char = '\u{1e}';

/// The SQL of all rows of a group as one text, in an order; a column without a value is an empty field.
pub(super) fn sql(columns: &[&str], order: &str) -> String {
    let fields: Vec<String> = columns.iter().map(|column| format!("COALESCE(CAST({column} AS TEXT), '')")).collect();
    format!("string_agg({}, '{ROW}' ORDER BY {order})", fields.join(&format!(" || '{FIELD}' || ")))
}

/// The rows of such a text; none where the group was empty.
pub(super) fn read<T>(row: &AnyRow, at: usize, one: impl Fn(&mut Fields<'_>) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    row.try_get::<Option<&str>, _>(at)?.map_or_else(|| Ok(Vec::new()), |packed| unpack(packed, one))
}

fn unpack<T>(packed: &str, one: impl Fn(&mut Fields<'_>) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    let whole = |text: &str| {
        let mut fields = Fields(text.split(FIELD));
        let read = one(&mut fields)?;
        if fields.0.next().is_some() { Err(broken()) } else { Ok(read) }
    };
    packed.split(ROW).map(whole).collect()
}

/// The fields of one row, in the order of its columns.
pub(super) struct Fields<'a>(Split<'a, char>);

impl<'a> Fields<'a> {
    pub(super) fn text(&mut self) -> Result<&'a str, Error> {
        self.0.next().ok_or_else(broken)
    }

    pub(super) fn parsed<T: FromStr>(&mut self) -> Result<T, Error> {
        self.text()?.parse().map_err(|_| broken())
    }

    /// `None`: the column has no value.
    pub(super) fn optional<T: FromStr>(&mut self) -> Result<Option<T>, Error> {
        match self.text()? {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| broken()),
        }
    }
}

fn broken() -> Error {
    rows::decode_error("a packed list")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(packed: &str) -> Result<Vec<(String, Option<i64>)>, Error> {
        unpack(packed, |fields| Ok((fields.text()?.to_owned(), fields.optional()?)))
    }

    #[test]
    fn fields_come_back_row_by_row_and_a_row_with_more_or_fewer_is_no_row() {
        let two = read("見本 花子\u{1f}7\u{1e}\u{1f}").expect("two rows");
        assert_eq!(two, [("見本 花子".to_owned(), Some(7)), (String::new(), None)]);
        for broken in ["見本", "見本\u{1f}7\u{1f}8", "見本\u{1f}seven", "見本\u{1f}7\u{1e}"] {
            assert!(read(broken).is_err(), "{broken:?}");
        }
    }
}
