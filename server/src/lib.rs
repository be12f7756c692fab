//! The collector: device port (mutual TLS), web port (people), store, jobs.
//! `domain` knows neither SQL nor HTTP; `store` is the only room with SQL; `http` the only room with axum.

pub mod clock;
pub mod domain;
pub mod random;
pub mod store;
