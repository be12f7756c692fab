//! Many rows to one statement: lists of keys and multi-row inserts, the same text on both engines.
//! Sizes are powers of two, so that a handful of prepared statements serve every batch.

use std::fmt::Write as _;
use std::str::FromStr;

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, ColumnIndex, Row as _};

use super::{Error, Tx};

/// Most keys or rows in one statement.
pub(super) const MOST: usize = 128;

/// A query in the making.
pub(super) type AnyQuery<'q> = Query<'q, Any, AnyArguments>;

/// A stored value that is not of the form its column has.
pub(super) fn decode_error(column: &'static str) -> Error {
    Error::ColumnDecode { index: column.to_owned(), source: "the stored value is not of this column's form".into() }
}

/// What the text of a column stands for, an id as a rule; `column` is what it is called where it is of another form.
pub(super) fn parsed<T: FromStr>(row: &AnyRow, at: impl ColumnIndex<AnyRow>, column: &'static str) -> Result<T, Error> {
    row.try_get::<&str, _>(at)?.parse().map_err(|_| decode_error(column))
}

/// `head` followed by a list of as many placeholders as `list_query` will bind for `count` keys.
pub(super) fn with_list(head: &str, count: usize) -> String {
    let mut sql = String::with_capacity(head.len() + 6 * MOST);
    sql.push_str(head);
    placeholders(&mut sql, 1, count.next_power_of_two());
    sql
}

/// The query of `with_list`, its keys bound; the last key is repeated to fill the list.
pub(super) fn list_query<'q>(sql: String, keys: &[i64]) -> AnyQuery<'q> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    let fill = keys.last().copied().unwrap_or(-1);
    for at in 0..keys.len().next_power_of_two() {
        query = query.bind(keys.get(at).copied().unwrap_or(fill));
    }
    query
}

/// As `list_query`, for keys that are text.
pub(super) fn text_list_query<'q>(sql: String, keys: &[String]) -> AnyQuery<'q> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    let fill = keys.last().cloned().unwrap_or_default();
    for at in 0..keys.len().next_power_of_two() {
        query = query.bind(keys.get(at).unwrap_or(&fill).clone());
    }
    query
}

/// A pattern for `LIKE … ESCAPE '!'` that matches text with `typed` in it, whatever signs it has.
pub(super) fn like(typed: &str) -> String {
    let mut pattern = String::from("%");
    for c in typed.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Runs `head VALUES (…), (…) … tail` over all rows, in as few statements as powers of two allow.
pub(super) async fn insert<T>(
    tx: &mut Tx,
    (head, columns, tail): (&str, usize, &str),
    mut rows: &[T],
    bind: impl for<'q> Fn(AnyQuery<'q>, &T) -> AnyQuery<'q>,
) -> Result<(), Error> {
    while !rows.is_empty() {
        let count = rows.len().min(MOST);
        let count = 1 << count.ilog2();
        let (now, later) = rows.split_at(count);
        rows = later;
        let mut sql = String::with_capacity(head.len() + tail.len() + 6 * columns * count);
        sql.push_str(head);
        sql.push_str(" VALUES ");
        for row in 0..count {
            if row > 0 {
                sql.push(',');
            }
            placeholders(&mut sql, 1 + row * columns, columns);
        }
        sql.push_str(tail);
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in now {
            query = bind(query, row);
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

fn placeholders(sql: &mut String, from: usize, count: usize) {
    sql.push('(');
    for at in from..from + count {
        if at > from {
            sql.push(',');
        }
        let _ = write!(sql, "${at}");
    }
    sql.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_percent_and_underscore_for_themselves() {
        assert_eq!(like("50%_a!"), "%50!%!_a!!%");
    }

    #[test]
    fn a_list_of_three_keys_has_room_for_four() {
        assert_eq!(with_list("… IN ", 3), "… IN ($1,$2,$3,$4)");
        assert_eq!(with_list("… IN ", 1), "… IN ($1)");
    }
}
