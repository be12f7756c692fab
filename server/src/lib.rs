//! The collector: device port (mutual TLS), web port (people), store, jobs.
//! `domain` knows neither SQL nor HTTP; `store` is the only room with SQL; `http` the only room with axum.

pub mod accounts;
pub mod clock;
pub mod config;
pub mod domain;
pub mod http;
pub mod pki;
pub mod random;
pub mod secrets;
pub mod store;
mod views;
