//! The collector: device port (mutual TLS), web port (people), store, jobs.
//! `domain` knows neither SQL nor HTTP; `store` is the only room with SQL; `http` the only room with axum.

pub mod accounts;
pub mod app;
pub mod appointments;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod clock_guard;
pub mod config;
pub mod domain;
pub mod evidence;
pub mod exceptions;
pub mod http;
mod incidents;
pub mod jobs;
pub mod lifecycle;
pub mod limits;
pub mod logging;
pub mod mail;
pub mod memberships;
pub mod metrics;
pub mod oidc;
pub mod passkeys;
pub mod pki;
pub mod random;
pub mod retain;
mod retold;
pub mod rules;
pub mod secrets;
pub mod serve;
pub mod store;
mod views;
pub mod webhooks;
pub mod words;
