//! A store of every released schema, taken up by this build: migrated, nothing in it lost, and served.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use hashimori_tests::agent::{Agent, Said};
use hashimori_tests::collector::{Collector, FACILITY, get};
use hashimori_tests::postgres::Postgres;
use hashimori_tests::programs::workspace;

/// Rows by table: each row the text of its old columns.
type Rows = BTreeMap<String, Vec<String>>;

/// Asks the database in its own shell; lines.
trait Shell {
    fn ask(&self, sql: &str) -> anyhow::Result<Vec<String>>;
    /// Tables and their columns, as `table|column`.
    fn columns(&self) -> anyhow::Result<Vec<String>>;
}

struct Sqlite(PathBuf);

impl Shell for Sqlite {
    fn ask(&self, sql: &str) -> anyhow::Result<Vec<String>> {
        lines(Command::new("sqlite3").args(["-readonly", "-quote", "-newline", "\u{1e}"]).arg(&self.0).arg(sql), '\u{1e}')
    }

    fn columns(&self) -> anyhow::Result<Vec<String>> {
        let sql = "SELECT t.name || '|' || c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1";
        Ok(self.ask(sql)?.iter().map(|line| line.trim_matches('\'').to_owned()).collect())
    }
}

struct Psql(String);

impl Shell for Psql {
    fn ask(&self, sql: &str) -> anyhow::Result<Vec<String>> {
        lines(Command::new("psql").args(["-XAt", "-R", "\u{1e}", "-d", &self.0, "-c", sql]), '\u{1e}')
    }

    fn columns(&self) -> anyhow::Result<Vec<String>> {
        self.ask("SELECT table_name || '|' || column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1")
    }
}

fn lines(command: &mut Command, between: char) -> anyhow::Result<Vec<String>> {
    let said = Said::by(command, "")?.expect(0)?;
    Ok(said.out.trim_end_matches(['\n', between]).split(between).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// Every row of the tables in `columns`, seen through those columns.
fn rows(shell: &dyn Shell, columns: &[String]) -> anyhow::Result<Rows> {
    let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in columns {
        let (table, column) = line.split_once('|').context("table|column")?;
        tables.entry(table).or_default().push(column);
    }
    // The list of migrations grows, that is the point.
    tables.retain(|table, _| !table.starts_with("_sqlx") && !table.starts_with("sqlite_"));
    let of = |(table, columns): (&str, Vec<&str>)| {
        let quoted: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let mut found = shell.ask(&format!("SELECT {} FROM \"{table}\"", quoted.join(", ")))?;
        found.sort();
        Ok((table.to_owned(), found))
    };
    tables.into_iter().map(of).collect()
}

/// Migrates, compares, serves.
fn take_up(mut collector: Collector, shell: &dyn Shell, fixture: &Path, master_key: &str) -> anyhow::Result<()> {
    let key = collector.folder().join("data.master-key");
    std::fs::copy(fixture.join(master_key), &key)?;
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let columns = shell.columns()?;
    let before = rows(shell, &columns)?;
    for table in ["region", "facility", "device", "report", "person", "enrolment_code"] {
        ensure!(before.get(table).is_some_and(|rows| !rows.is_empty()), "the fixture has no {table}: {:?}", before.keys());
    }
    collector.command(&["migrate"])?.expect(0)?;
    let after = rows(shell, &columns)?;
    for (table, rows) in &before {
        let after = after.get(table).with_context(|| format!("{table} is gone"))?;
        let mut same = after.clone();
        if table == "person" {
            // Of two administrators one stays and the other goes on as 代行者 (0016; §15: one for each facility).
            ensure!(after.iter().filter(|row| row.contains("deputy")).count() == 1, "{after:#?}");
            // Whichever account was made first, whoever set it up keeps it before who was only invited.
            let stayed: Vec<&String> = after.iter().filter(|row| row.contains("administrator")).collect();
            ensure!(stayed.iter().all(|row| row.contains("hotaru-kanri")), "{after:#?}");
            same = after.iter().map(|row| row.replace("deputy", "administrator")).collect();
            same.sort();
        }
        ensure!(same == *rows, "{table} changed\nbefore {rows:#?}\nafter {after:#?}");
    }
    // Made long ago, seen from here: a clock far ahead of the store's has to be accepted by a person.
    collector.accept_clock();
    collector.run()?;
    ensure!(get(collector.web_address(), "/readyz")? == "ready\n", "not ready");
    let agent = Agent::new()?;
    agent.enroll(&collector, &collector.code_for(1)?.to_text())?.expect(0)?;
    agent.check_in()?.expect(0)?;
    ensure!(agent.status()?["standing"] == "active", "a new device is not served");
    ensure!(collector.stop()?.success(), "it did not end well");
    let listed = collector.command(&["device", "list", "--facility", FACILITY])?.expect(0)?.out;
    for device in ["試験機0", "試験機1", "試験機2", "試験機3", "試験機9"] {
        ensure!(listed.contains(device), "{device} is not in\n{listed}");
    }
    Ok(())
}

/// A folder for each released schema.
fn fixtures() -> anyhow::Result<Vec<PathBuf>> {
    let folder = workspace().join("tests/fixtures");
    let mut found: Vec<PathBuf> = std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    found.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("store-")));
    found.sort();
    ensure!(!found.is_empty(), "no fixture in {}", folder.display());
    Ok(found)
}

#[test]
fn a_sqlite_store_of_every_released_schema_is_migrated_whole_and_served() -> anyhow::Result<()> {
    for fixture in fixtures()? {
        let collector = Collector::prepare(None)?;
        std::fs::create_dir(collector.data())?;
        let shell = Sqlite(collector.data().join("store.db"));
        let dump = std::fs::read_to_string(fixture.join("sqlite.sql"))?;
        Said::by(Command::new("sqlite3").arg("-bail").arg(&shell.0), &dump)?.expect(0)?;
        take_up(collector, &shell, &fixture, "sqlite.master-key").with_context(|| fixture.display().to_string())?;
    }
    Ok(())
}

#[test]
fn a_postgresql_store_of_every_released_schema_is_migrated_whole_and_served() -> anyhow::Result<()> {
    let postgres = Postgres::start()?;
    for (number, fixture) in fixtures()?.into_iter().enumerate() {
        let url = postgres.database(&format!("released_{number}"))?;
        let mut restore = Command::new("psql");
        restore.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &url, "-f"]).arg(fixture.join("postgres.sql"));
        Said::by(&mut restore, "")?.expect(0)?;
        let collector = Collector::prepare(Some(&url))?;
        take_up(collector, &Psql(url), &fixture, "postgres.master-key").with_context(|| fixture.display().to_string())?;
    }
    Ok(())
}
