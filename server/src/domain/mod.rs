//! What the collector is about, without SQL and without HTTP.

pub mod act;
pub mod area;
pub mod calendar;
pub mod csv;
pub mod device;
pub mod disaster;
pub mod enrolment;
pub mod happened;
pub mod ids;
pub mod judge;
pub mod log;
pub mod mail;
pub mod notice;
pub mod overlay;
pub mod own_rules;
pub mod paper;
pub mod people;
pub mod reading;
pub mod self_check;
pub mod summary;
pub mod todo;
mod worded;
