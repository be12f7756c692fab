//! A list of staff as it stands in a spreadsheet: rows copied from it (with tabs between) or a file of it (CSV, RFC 4180), with or
//! without the line of headings. All of it is read, or what is wrong is said line by line.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use super::{Details, Field};
use crate::words::Text;

/// Most lines that are taken at once.
pub const MOST_LINES: usize = 300;
/// Most errors that are told at once.
pub const MOST_WRONG: usize = 20;

/// A field that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCell {
    /// Its line, from 1.
    pub line: usize,
    /// Its column.
    pub field: Field,
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is empty.
    Empty,
    /// It has more lines than are taken at once.
    TooLong,
    /// A quotation mark that opens in this line is never closed.
    Quote(usize),
    /// These fields.
    Cells(Vec<WrongCell>),
}

/// The rows with the number of their line.
pub fn read(typed: &str, now: Timestamp) -> Result<Vec<(usize, Details)>, Wrong> {
    let typed = typed.trim_start_matches('\u{feff}');
    let between = if typed.lines().next().is_some_and(|line| line.contains('\t')) { '\t' } else { ',' };
    let mut lines = split(typed, between)?;
    lines.retain(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    if lines.first().is_some_and(|(_, cells)| is_heading(cells)) {
        lines.remove(0);
    }
    if lines.is_empty() {
        return Err(Wrong::Empty);
    }
    if lines.len() > MOST_LINES {
        return Err(Wrong::TooLong);
    }
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for (line, cells) in lines {
        let cell = |field: Field| {
            let at = Field::ALL.iter().position(|known| *known == field);
            at.and_then(|at| cells.get(at)).map_or("", |cell| plain(cell))
        };
        match Details::read(now, cell) {
            Ok(details) => rows.push((line, details)),
            Err(field) => wrong.push(WrongCell { line, field }),
        }
    }
    wrong.truncate(MOST_WRONG);
    if wrong.is_empty() { Ok(rows) } else { Err(Wrong::Cells(wrong)) }
}

/// Whether these are the names of the columns, in either language.
fn is_heading(cells: &[String]) -> bool {
    let first = cells.first().map_or("", |cell| cell.trim());
    Lang::ALL.into_iter().any(|lang| Text::new(Field::Name.key()).in_lang(lang) == first)
}

/// Without the sign that our own files put before what a spreadsheet would take for a formula.
fn plain(cell: &str) -> &str {
    cell.trim().strip_prefix('\'').unwrap_or_else(|| cell.trim())
}

/// Lines, each with its number, and their cells. A quoted cell may hold the separator and line ends.
fn split(text: &str, between: char) -> Result<Vec<(usize, Vec<String>)>, Wrong> {
    let mut lines = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut line, mut began) = (1, 1);
    let mut quoted: Option<usize> = None;
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        match (c, quoted) {
            ('"', Some(_)) if signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            ('"', Some(_)) => quoted = None,
            ('"', None) if cell.trim().is_empty() => {
                cell.clear();
                quoted = Some(line);
            }
            ('\r', None) => {}
            ('\n', None) => {
                cells.push(std::mem::take(&mut cell));
                lines.push((began, std::mem::take(&mut cells)));
                line += 1;
                began = line;
            }
            (c, None) if c == between => cells.push(std::mem::take(&mut cell)),
            (c, _) => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
        }
    }
    if let Some(line) = quoted {
        return Err(Wrong::Quote(line));
    }
    cells.push(cell);
    lines.push((began, cells));
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::csv::Csv;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn names(typed: &str) -> Result<Vec<(usize, String)>, Wrong> {
        read(typed, NOW).map(|rows| rows.into_iter().map(|(line, details)| (line, details.name)).collect())
    }

    #[test]
    fn rows_copied_from_a_spreadsheet_and_files_of_it_are_read_with_or_without_headings() {
        let expected = Ok(vec![(1, "髙﨑 𠮷男".to_owned()), (2, "見本 花子".to_owned())]);
        assert_eq!(names("髙﨑 𠮷男\t看護師\t2020/04/01\ty@hotaru.example\n見本 花子\t薬剤師\t2024-10-01\t\n"), expected);
        assert_eq!(names("髙﨑 𠮷男,看護師,2020-04-01\r\n見本 花子,薬剤師,2024-10-01,"), expected);
        let headed = names("\u{feff}\"氏名\",\"職種\",\"利用開始日\",\"ID\"\r\n\r\n\"見本, 花子\",\"看護師\",\"2020-04-01\",\"\"\r\n");
        assert_eq!(headed, Ok(vec![(3, "見本, 花子".to_owned())]));
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_column_and_nothing_is_read_then() {
        let cell = |line, field| WrongCell { line, field };
        let typed =
            "見本 花子,看護師,2020-04-01,\n,看護師,2020-04-01,\n見本 次郎,看護師,2020-02-30,\n見本 三郎,看護師,2020-04-01,全角 の空白";
        let wrong = vec![cell(2, Field::Name), cell(3, Field::Joined), cell(4, Field::McsId)];
        assert_eq!(names(typed), Err(Wrong::Cells(wrong)));
        assert_eq!(names(" \n\t\n"), Err(Wrong::Empty));
        assert_eq!(names("氏名,職種\n"), Err(Wrong::Empty));
        assert_eq!(names("a,b,2020-04-01,\n\"見本,看護師,2020-04-01"), Err(Wrong::Quote(2)));
        assert_eq!(names(&"見本,看護師,2020-04-01,\n".repeat(MOST_LINES + 1)), Err(Wrong::TooLong));
    }

    proptest! {
        #[test]
        fn whatever_is_pasted_is_read_or_refused_and_what_we_wrote_is_read_back(text in ".{0,200}", name in "[a-z=+@\",髙﨑 ]{1,20}") {
            let _ = read(&text, NOW);
            let mut csv = Csv::new(&["氏名", "職種", "利用開始日", "ID"]);
            csv.row(&[name.as_str(), "看護師", "2020-04-01", ""]);
            let file = String::from_utf8(csv.into_bytes()).expect("utf-8");
            match Details::read(NOW, |field| match field {
                Field::Name => &name,
                Field::Job => "看護師",
                Field::Joined => "2020-04-01",
                Field::McsId => "",
            }) {
                Ok(details) => prop_assert_eq!(read(&file, NOW), Ok(vec![(2, details)])),
                Err(_) => prop_assert!(read(&file, NOW).is_err()),
            }
        }
    }
}
