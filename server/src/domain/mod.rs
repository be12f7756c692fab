//! What the collector is about, without SQL and without HTTP.

pub mod act;
pub mod calendar;
pub mod csv;
pub mod device;
pub mod enrolment;
pub mod ids;
pub mod judge;
pub mod log;
pub mod mail;
pub mod overlay;
pub mod people;
pub mod reading;
pub mod self_check;
pub mod summary;
pub mod todo;
