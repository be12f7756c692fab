//! The files that were handed in with papers: a table of them, those that were removed too, and each of them as it was handed in.

use super::{Failed, READ, Tables, Wanted, columns, packing_failed};
use crate::http::pages::PageError;
use crate::http::pages::export::stamp;
use crate::http::pages::papers;
use crate::store::paper::{self, Attachment};
use crate::words::Text;

/// Bytes that go to the archive at once.
const PIECE: usize = 256 << 10;

/// What it is called within the archive: by ids, for names of files come twice, and in letters that not every program reads.
fn called(file: &Attachment) -> String {
    format!("files/{}-{}.{}", file.paper, file.n, file.format.endings()[0])
}

/// Writes the table, then the files: an archive has one open at a time.
pub(super) async fn write(tables: &mut Tables<'_>) -> Result<(), Failed> {
    let columns = columns(&[
        "evidence-col-id",
        "evidence-col-paper",
        "evidence-col-in-archive",
        "file-one",
        "evidence-col-bytes",
        "evidence-col-digest",
        "file-col-note",
        "history-col-at",
        "oplog-col-actor",
        "evidence-col-removed",
    ]);
    let mut csv = tables.begin("paper-files.csv", &columns).await?;
    let mut after = None;
    loop {
        let (shown, last, full) = read(tables, after).await?;
        let rows = shown.len();
        for (title, file) in shown {
            let erased = |name: Option<String>| name.unwrap_or_else(|| tables.say("oplog-erased"));
            csv.row(&[
                file.paper.to_string(),
                tables.say(title),
                file.removed.is_none().then(|| called(&file)).unwrap_or_default(),
                file.name,
                file.size.to_string(),
                file.sha256,
                file.remark,
                stamp(file.at),
                erased(file.by),
                file.removed.map(|gone| format!("{} {}: {}", stamp(gone.at), erased(gone.by), gone.why)).unwrap_or_default(),
            ]);
        }
        tables.put(&mut csv, rows).await?;
        after = last;
        if !full {
            break;
        }
    }
    let mut after = None;
    loop {
        let (shown, last, full) = read(tables, after).await?;
        for (_, file) in &shown {
            content(tables, file).await?;
        }
        after = last;
        if !full {
            return Ok(());
        }
    }
}

/// Where one file stands among all of them.
type Place = (crate::domain::ids::PaperId, i64);

/// Files of papers whose content the reader sees, with what their papers are called; the last one read, and whether there may be more.
async fn read(tables: &Tables<'_>, after: Option<Place>) -> Result<(Vec<(Text, Attachment)>, Option<Place>, bool), PageError> {
    let Wanted { web, reader, home, period, .. } = tables.wanted;
    let found = paper::list_attachments_between(&web.store, home.facility, period, after, READ).await?;
    let (last, full) = (found.last().map(|file| (file.paper, file.n)), found.len() == usize::from(READ));
    let mut shown = Vec::new();
    for file in found {
        if let Some(found) = paper::find(&web.store, home.facility, file.paper).await?.filter(|found| papers::sees(reader, &found.paper)) {
            shown.push((papers::title(&found.paper), file));
        }
    }
    Ok((shown, last, full))
}

async fn content(tables: &mut Tables<'_>, file: &Attachment) -> Result<(), Failed> {
    let body = paper::find_body(tables.wanted.web.store.read(), (file.paper, file.n)).await?;
    // Whoever removed it meanwhile was faster.
    let Some(body) = body else { return Ok(()) };
    tables.packing.file(called(file)).await.map_err(packing_failed)?;
    for piece in body.chunks(PIECE) {
        tables.packing.rows(piece.to_vec(), 0).await.map_err(packing_failed)?;
    }
    Ok(())
}
