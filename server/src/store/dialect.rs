//! The migrations are written in PostgreSQL's words; SQLite gets the same text with its own two.

use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, Migrator};

use super::Engine;

static WRITTEN: Migrator = sqlx::migrate!("./migrations");

/// The migrations in `engine`'s words.
pub(super) fn migrations(engine: Engine) -> Migrator {
    let migrations = WRITTEN
        .iter()
        .map(|m| {
            let sql = translate(engine, m.sql.as_str());
            Migration::new(m.version, m.description.clone(), m.migration_type, AssertSqlSafe(sql).into_sql_str(), m.no_tx)
        })
        .collect::<Vec<_>>();
    Migrator { migrations: migrations.into(), ..Migrator::DEFAULT }
}

/// The newest schema this build knows.
pub(super) fn newest() -> i64 {
    WRITTEN.iter().map(|m| m.version).max().unwrap_or(0)
}

fn translate(engine: Engine, sql: &str) -> String {
    match engine {
        Engine::Postgres => sql.to_owned(),
        // `INTEGER PRIMARY KEY` is the row's own key: no second tree beside the table.
        Engine::Sqlite => sql.replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY").replace("BYTEA", "BLOB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_gets_row_keys_and_blobs_and_postgresql_the_text_as_written() {
        let written = "CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT NOT NULL, body BYTEA);";
        assert_eq!(translate(Engine::Postgres, written), written);
        assert_eq!(translate(Engine::Sqlite, written), "CREATE TABLE t (id INTEGER PRIMARY KEY, n BIGINT NOT NULL, body BLOB);");
    }
}
