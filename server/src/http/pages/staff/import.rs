//! Registering many people from a spreadsheet: rows are pasted or come as a CSV file, all of them are taken or none, and what is wrong is
//! told by line and column. What came as a file stands where rows are pasted when the page is shown again.

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::Book;
use crate::domain::act::{Done, What};
use crate::domain::paper::same_name;
use crate::domain::people::Person;
use crate::domain::staff::{Details, Field, MOST, MOST_BYTES, MOST_LINES, MOST_WRONG, Unread, Wrong, decode, namesakes, read_table};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::papers::place;
use crate::http::pages::sent::{File, Lost, Sent};
use crate::http::pages::typed::given;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web, page, shell, twice};
use crate::store::belonging::Home;
use crate::store::staff::{self, Registrar};
use crate::views::StaffImportPage;
use crate::words::Text;

/// `GET /facilities/{facility}/staff/import`
pub(in crate::http::pages) async fn show_import(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    import_page(&web, &visitor, (&person, home), (Vec::new(), Fields::new())).await
}

async fn import_page(
    web: &Web,
    visitor: &Visitor,
    (person, home): (&Person, Home),
    (errors, typed): (Vec<Text>, Fields),
) -> Result<Response, PageError> {
    page(&StaffImportPage {
        shell: shell("staff-import", visitor, Some(person)),
        facility: place(web, home).await?,
        columns: Field::ALL.iter().map(|field| field.key()).collect(),
        most: MOST_LINES,
        most_kib: MOST_BYTES >> 10,
        errors,
        table: given(&typed, "table").to_owned(),
        sure: given(&typed, "sure") == "yes",
    })
}

/// The table that came as a file; `None`: there is no file.
fn filed(file: Result<Option<File>, Lost>) -> Result<Option<String>, Text> {
    let Some(file) = file.map_err(|lost| lost.said().1)? else { return Ok(None) };
    let is_csv = file.name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("csv"));
    if !is_csv {
        return Err(Text::of_field("staff-file-other", "file"));
    }
    let bytes = file.bytes.ok_or_else(|| Text::of_field("staff-file-large", "file").with("most", MOST_BYTES >> 10))?;
    decode(&bytes).map(Some).map_err(|unread| match unread {
        Unread::Line(line) => Text::of_field("staff-file-unread", "file").with("line", line),
        Unread::Replaced(line) => Text::of_field("staff-file-replaced", "file").with("line", line),
    })
}

/// The people of a pasted table, or everything that is wrong with it.
fn read(book: &Book, typed: &Fields) -> Result<Vec<Details>, Vec<Text>> {
    let rows = read_table(given(typed, "table"), book.now).map_err(|wrong| said(&wrong))?;
    if book.members.len() + rows.len() > MOST {
        return Err(vec![Text::new("staff-full").with("most", MOST)]);
    }
    let known = |at: usize, name: &str| {
        namesakes(&book.members, name).next().is_some() || rows.iter().take(at).any(|(_, earlier)| same_name(&earlier.name, name))
    };
    let same: Vec<Text> = if given(typed, "sure") == "yes" {
        Vec::new()
    } else {
        let twice = rows.iter().enumerate().filter(|(at, (_, details))| known(*at, &details.name));
        twice
            .map(|(_, (line, details))| Text::of_field("staff-import-same", "table").with("line", *line).with("name", details.name.clone()))
            .take(MOST_WRONG)
            .collect()
    };
    if same.is_empty() { Ok(rows.into_iter().map(|(_, details)| details).collect()) } else { Err(same) }
}

fn said(wrong: &Wrong) -> Vec<Text> {
    match wrong {
        Wrong::Empty => vec![Text::of_field("staff-import-empty", "table")],
        Wrong::TooLong => vec![Text::of_field("staff-import-long", "table").with("most", MOST_LINES)],
        Wrong::Quote(line) => vec![Text::of_field("staff-import-quote", "table").with("line", *line)],
        Wrong::Cells(cells) => cells
            .iter()
            .map(|cell| {
                let sentence =
                    Text::of_field("staff-import-cell", "table").with("line", cell.line).with("column", Text::new(cell.field.key()));
                sentence.with("why", cell.field.wrong())
            })
            .collect(),
    }
}

/// `POST /facilities/{facility}/staff/import`
pub(in crate::http::pages) async fn import(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    sent: Sent<MOST_BYTES>,
) -> Result<Response, PageError> {
    let book = Book::at(&web, home).await?;
    let mut typed = sent.fields;
    let table = filed(sent.file).map(|table| {
        if let Some(table) = table {
            typed.retain(|(name, _)| name != "table");
            typed.push(("table".to_owned(), table));
        }
    });
    // Sent twice, the second would find everybody's namesake.
    let (mut tx, taking) = match twice::take(&web, web.store.begin_ledger().await?, &visitor, &twice::mark_of(&typed)).await? {
        Ok(first) => first,
        Err(answered) => return Ok(answered),
    };
    match table.map_err(|wrong| vec![wrong]).and_then(|()| read(&book, &typed)) {
        Ok(people) => {
            let registrar = Registrar { random: &web.random, by: person.id, at: book.now };
            let first = staff::insert(&mut tx, home, &people, registrar).await?;
            let done = Done::by_person(&person, What::StaffRegistered, book.now).at_facility(home.region, home.facility);
            web.log(&mut tx, &done.noting(format!("number={first} persons={}", people.len()))).await?;
            let next = format!("/facilities/{}/staff?done=imported", home.facility);
            taking.leads_to(&web, &mut tx, &next, None).await?;
            tx.commit().await?;
            Ok(Redirect::to(&next).into_response())
        }
        Err(errors) => {
            tx.rollback().await?;
            let answer = import_page(&web, &visitor, (&person, home), (errors, typed)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer).into_response())
        }
    }
}
