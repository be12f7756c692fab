//! Files of a paper: handed in by whoever takes its steps at the facility, opened by whoever sees what was filled in, removed with a
//! reason while something is still to be done with it. The operation log knows them by number and digest, never by name.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State as Use};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::form::value;
use super::one::{decides, paper_page};
use super::{Staff, find, hand, sees};
use crate::domain::act::{Done, What};
use crate::domain::device::Ownership;
use crate::domain::paper::{LONGEST_LINE, MOST_BYTES, MOST_FILES, Offered, Paper, Unfit, choices};
use crate::domain::people::Person;
use crate::domain::people::role::{LONGEST_REASON, reason};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::headers::NotOurs;
use crate::http::pages::overtaken::First;
use crate::http::pages::sent::Sent;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::{Fields, Visitor};
use crate::http::pages::{PageError, Web};
use crate::store::belonging::Home;
use crate::store::log;
use crate::store::paper::{self, Added, Attachment, Found, NewAttachment};
use crate::views::{FileLine, Moment, PaperFiles};
use crate::words::Text;

/// What was typed before, and why that was not taken.
pub(super) struct Again {
    note: String,
    /// The file that was to be removed, and the reason.
    removing: Option<(i64, String)>,
    pub error: Text,
}

/// The files as the paper's page shows them.
pub(super) async fn files(web: &Web, person: &Person, paper: &Paper, shown: bool, again: Option<&Again>) -> Result<PaperFiles, PageError> {
    let found = paper::list_attachments(&web.store, paper.id).await?;
    let there = found.iter().filter(|file| file.removed.is_none()).count();
    let (hidden, lines) = if shown { (0, found) } else { (there, Vec::new()) };
    let removing = again.and_then(|again| again.removing.as_ref());
    Ok(PaperFiles {
        lines: lines.into_iter().map(|file| line(web, file, removing)).collect(),
        hidden,
        may_change: paper.takes_files_from(person.role),
        full: there >= MOST_FILES,
        most: MOST_FILES,
        most_mib: MOST_BYTES >> 20,
        open: again.is_some_and(|again| again.removing.is_none()),
        note: again.map(|again| again.note.clone()).unwrap_or_default(),
        longest_note: LONGEST_LINE,
        longest_reason: LONGEST_REASON,
    })
}

fn line(web: &Web, file: Attachment, removing: Option<&(i64, String)>) -> FileLine {
    let erased = |name: Option<String>| name.map_or(Text::new("oplog-erased"), Text::verbatim);
    let kib = (file.size + 1023) / 1024;
    let removing = removing.filter(|(n, _)| *n == file.n);
    FileLine {
        n: file.n,
        name: file.name,
        about: Text::new("file-about").with("format", file.format.called().to_owned()).with("kib", kib),
        by: erased(file.by),
        at: Moment::new(file.at, web.now()),
        remark: file.remark,
        open: removing.is_some(),
        why: removing.map(|(_, why)| why.clone()).unwrap_or_default(),
        removed: file
            .removed
            .map(|removed| Text::new("file-removed").with("by", erased(removed.by)).with("at", removed.at).with("why", removed.why)),
    }
}

/// Names of the files that are there, for a printed form.
pub(super) async fn names(web: &Web, paper: &Paper) -> Result<Vec<String>, PageError> {
    let found = paper::list_attachments(&web.store, paper.id).await?;
    Ok(found.into_iter().filter(|file| file.removed.is_none()).map(|file| file.name).collect())
}

/// An act on a file as the log has it: what is said about a person's own device stays with the paper.
fn done(person: &Person, home: Home, found: &Found, (what, said): (What, &str), web: &Web) -> Done {
    let paper = &found.paper;
    let done = Done::by_person(person, what, web.now()).at_facility(home.region, home.facility).on_paper(paper.id, paper.number);
    if paper.kind.ownership() == Some(Ownership::Personal) { done } else { done.saying(said) }
}

/// `POST /papers/{paper}/files`
pub(in crate::http::pages) async fn attach_file(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
    sent: Sent<MOST_BYTES>,
) -> Result<Response, PageError> {
    let found = find(&web, home, &id).await?;
    let note = value(&sent.fields, "note").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let refuse = async |status: StatusCode, error: Text| {
        let again = Again { note: note.clone(), removing: None, error };
        let answer = paper_page(&web, &visitor, (&person, home), &found, None, Some(again)).await?;
        Ok((status, answer).into_response())
    };
    if !found.paper.takes_files_from(person.role) {
        return refuse(StatusCode::CONFLICT, Text::new("file-closed")).await;
    }
    let file = match &sent.file {
        Ok(Some(file)) => file,
        Ok(None) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, Text::of_field("file-none", "file")).await,
        Err(lost) => {
            let (status, error) = lost.said();
            return refuse(status, error.about_field("file")).await;
        }
    };
    let body = file.bytes.as_deref();
    let fit = match (Offered { name: &file.name, declared: file.declared.as_deref(), bytes: body }).judge() {
        Ok(fit) => fit,
        Err(unfit) => {
            let large = matches!(unfit, Unfit::TooLarge(_));
            let status = if large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::UNPROCESSABLE_ENTITY };
            return refuse(status, unfit.text().about_field("file")).await;
        }
    };
    if note.chars().count() > LONGEST_LINE {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, Text::of_field("file-note-long", "note").with("most", LONGEST_LINE)).await;
    }
    let body = body.unwrap_or_default();
    let sha256 = HEXLOWER.encode(&Sha256::digest(body));
    let paper = found.paper.id;
    let new = NewAttachment { paper, fit: &fit, sha256: &sha256, remark: &note, body, by: person.id, at: web.now() };
    let mut tx = web.store.begin_ledger().await?;
    let error = match paper::insert_attachment(&mut tx, &new).await? {
        Added::As(n) => {
            let detail = format!("file={n} format={} bytes={} sha256={sha256}", fit.format.as_str(), body.len());
            web.log(&mut tx, &done(&person, home, &found, (What::FileAttached, &note), &web).noting(detail)).await?;
            tx.commit().await?;
            None
        }
        // Sent twice.
        Added::There(_) => None,
        Added::Full => Some(Text::new("file-too-many").with("most", MOST_FILES)),
        Added::Closed => Some(Text::new("file-closed")),
    };
    match error {
        None => Ok(Redirect::to(&format!("/papers/{paper}")).into_response()),
        Some(error) => refuse(StatusCode::CONFLICT, error).await,
    }
}

/// A file of a paper, removed or not.
async fn named(web: &Web, paper: &Paper, n: &str) -> Result<Attachment, PageError> {
    let n: i64 = n.parse().map_err(|_| PageError::NotFound)?;
    let found = paper::list_attachments(&web.store, paper.id).await?;
    found.into_iter().find(|file| file.n == n).ok_or(PageError::NotFound)
}

/// Somebody was quicker: who removed the file, and when.
fn overtaken(reader: &Person, paper: &Paper, file: &Attachment) -> Option<PageError> {
    let removed = file.removed.as_ref()?;
    let first = First::of(reader, (&removed.by_word, removed.by.as_deref()), removed.at, What::FileRemoved.key());
    Some(if sees(reader, paper) { first } else { first.called(Text::new("error-somebody-else")) }.error())
}

/// `GET /papers/{paper}/files/{file}`
pub(in crate::http::pages) async fn open_file(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let found = find(&web, home, &id).await?;
    let paper = &found.paper;
    let shown = sees(&person, paper) || decides(&choices(paper, &hand(&person), &Staff::of(&web, home).await?.around(&found)));
    if !shown {
        return Err(PageError::NotFound);
    }
    let file = named(&web, paper, &n).await?;
    if file.removed.is_some() {
        return Err(PageError::NotFound);
    }
    let detail = format!("file={} sha256={}", file.n, file.sha256);
    log::write_view(&web.store, &web.random, person.id, &done(&person, home, &found, (What::FileOpened, ""), &web).noting(detail)).await?;
    let body = paper::find_body(web.store.read(), (paper.id, file.n)).await?.ok_or(PageError::NotFound)?;
    let ending = file.format.endings()[0];
    let headers = [
        (header::CONTENT_TYPE, file.format.media_type().to_owned()),
        (header::CONTENT_LENGTH, body.len().to_string()),
        // It is packed already.
        (header::CONTENT_ENCODING, "identity".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&file.name, &format!("{}-{}-{}.{ending}", paper.kind.as_str(), paper.number, file.n))),
    ];
    Ok((Extension(NotOurs), headers, Body::from(body)).into_response())
}

/// To be stored under its name in whatever letters (RFC 6266 §4.3, RFC 8187); `plain` is for programs that read ASCII alone.
fn attachment(name: &str, plain: &str) -> String {
    let letters = name.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", letters.collect::<String>())
}

/// `POST /papers/{paper}/files/{file}/remove`
pub(in crate::http::pages) async fn remove_file(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path((id, n)): Path<(String, String)>,
    Typed(typed): Typed<Fields>,
) -> Result<Response, PageError> {
    let found = find(&web, home, &id).await?;
    let file = named(&web, &found.paper, &n).await?;
    if let Some(overtaken) = overtaken(&person, &found.paper, &file) {
        return Err(overtaken);
    }
    let typed = value(&typed, "why").unwrap_or_default();
    let refuse = async |status: StatusCode, error: Text| {
        let again = Again { note: String::new(), removing: Some((file.n, typed.to_owned())), error };
        let answer = paper_page(&web, &visitor, (&person, home), &found, None, Some(again)).await?;
        Ok((status, answer).into_response())
    };
    if !found.paper.takes_files_from(person.role) {
        return refuse(StatusCode::CONFLICT, Text::new("file-closed")).await;
    }
    let Ok(why) = reason(typed) else {
        let error = Text::of_field("people-wrong-reason", "why").with("most", LONGEST_REASON);
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, error).await;
    };
    let paper = found.paper.id;
    let mut tx = web.store.begin_ledger().await?;
    if !paper::remove_attachment(&mut tx, (paper, file.n), &why, (person.id, web.now())).await? {
        tx.rollback().await?;
        let file = named(&web, &found.paper, &n).await?;
        return Err(match overtaken(&person, &found.paper, &file) {
            Some(overtaken) => overtaken,
            None => super::overtaken(&web, &person, &found.paper).await?,
        });
    }
    let detail = format!("file={} sha256={}", file.n, file.sha256);
    web.log(&mut tx, &done(&person, home, &found, (What::FileRemoved, &why), &web).noting(detail)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/papers/{paper}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_travels_letter_for_letter_and_cannot_leave_its_place_in_the_header() {
        let header = attachment("髙﨑 𠮷男\"; x=1.pdf", "take_out-3-1.pdf");
        let expected = "attachment; filename=\"take_out-3-1.pdf\"; \
            filename*=UTF-8''%E9%AB%99%EF%A8%91%20%F0%A0%AE%B7%E7%94%B7%22%3B%20x%3D1.pdf";
        assert_eq!(header, expected);
    }
}
