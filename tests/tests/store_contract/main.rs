//! What the store promises, asked of SQLite and of a real PostgreSQL with the same questions.

/// Makes each named function a test on either engine.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() -> anyhow::Result<()> { super::$name(hashimori_tests::bed::On::Sqlite).await })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() -> anyhow::Result<()> { super::$name(hashimori_tests::bed::On::Postgres).await })+
        }
    };
}

mod accounts;
mod appointments;
mod areas;
mod backups;
mod cards;
mod disaster;
mod evidence;
mod feeds;
mod kept;
mod keys;
mod ledger;
mod lists;
mod mail;
mod membership;
mod notices;
mod open_papers;
mod oplog;
mod outside;
mod overview;
mod own_rules;
mod papers;
mod people;
mod personal_devices;
mod rejudging;
mod retention;
mod rollups;
mod secretariat;
mod staff;
mod tables;
