//! What the collector is about, without SQL and without HTTP.

pub mod act;
pub mod area;
pub mod csv;
pub mod device;
pub mod enrolment;
pub mod happened;
pub mod ids;
pub mod judge;
pub mod log;
pub mod overlay;
pub mod people;
pub mod reading;
pub mod self_check;
pub mod summary;
pub mod todo;
