//! What the end-to-end tests and the load generator share: the real programs, a real PostgreSQL, a real browser, and things that go wrong.
//! Knows the programs only from outside: their command lines, their ports, their files.

pub mod browser;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod waiting;
