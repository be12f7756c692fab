//! What the collector is about, without SQL and without HTTP.

pub mod ids;
pub mod people;
