//! What the end-to-end tests and the load generator share: the real programs, a real PostgreSQL, a real browser, and things that go wrong.
//! Knows the programs only from outside: their command lines, their ports, their files.

pub mod agent;
pub mod bed;
pub mod browser;
pub mod collector;
pub mod crowd;
pub mod disk;
pub mod host;
pub mod oidc;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod recount;
pub mod skipped;
pub mod synthetic;
pub mod visitor;
pub mod volume;
pub mod waiting;
pub mod walk;
pub mod wire;
