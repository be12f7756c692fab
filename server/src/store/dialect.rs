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

    /// Sign-in names, which begin with the facility's id, and what the account has; oldest first.
    const HELD: [(&str, &str); 8] = [
        ("a-used", "password = 'phc'"),
        ("a-invited", ""),
        ("b-latest", "password = 'phc', signed_in_at = 900"),
        ("b-earlier", "password = 'phc', signed_in_at = 800"),
        ("c-passkey", ""),
        ("c-invited", ""),
        ("d-older", ""),
        ("d-newer", ""),
    ];

    #[tokio::test]
    async fn of_several_administrators_whoever_works_stays_and_an_unused_invitation_never_beats_an_account() -> Result<(), sqlx::Error> {
        use sqlx::{AnyConnection, Connection as _};
        sqlx::any::install_default_drivers();
        let mut db = AnyConnection::connect("sqlite::memory:").await?;
        let mut before = migrations(Engine::Sqlite);
        before.migrations = before.migrations.iter().filter(|m| m.version < 16).cloned().collect::<Vec<_>>().into();
        before.run(&mut db).await?;
        sqlx::query("INSERT INTO region (id, name, pack, created_at) VALUES ('r', '架空', 'p', 0)").execute(&mut db).await?;
        for (n, (login, has)) in HELD.into_iter().enumerate() {
            let facility = &login[..1];
            let mut statements = vec![
                format!(
                    "INSERT INTO facility (id, region_id, name, created_at) VALUES ('{facility}', 'r', '架空', 0) ON CONFLICT DO NOTHING"
                ),
                format!(
                    "INSERT INTO person (id, region_id, facility_id, role, login, name, created_at) \
                     VALUES ('p{n}', 'r', '{facility}', 'administrator', '{login}', '架空', 0)"
                ),
            ];
            if !has.is_empty() {
                statements.push(format!("UPDATE person SET {has} WHERE id = 'p{n}'"));
            }
            if login == "c-passkey" {
                statements.push(format!(
                    "INSERT INTO passkey (id, person_id, credential, name, stored, created_at) VALUES ('k', 'p{n}', 'c', '', '', 0)"
                ));
            }
            for statement in statements {
                sqlx::query(AssertSqlSafe(statement)).execute(&mut db).await?;
            }
        }
        migrations(Engine::Sqlite).run(&mut db).await?;
        let stayed: Vec<String> =
            sqlx::query_scalar("SELECT login FROM person WHERE role = 'administrator' ORDER BY login").fetch_all(&mut db).await?;
        assert_eq!(stayed, ["a-used", "b-latest", "c-passkey", "d-newer"]);
        let deputies: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM appointment WHERE role = 'deputy'").fetch_one(&mut db).await?;
        assert_eq!(deputies, 4);
        Ok(())
    }
}
