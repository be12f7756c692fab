//! The pages in-process: a store on disk, a clock and randomness that are set, a browser that keeps its cookie.

mod account;
mod alerts;
mod authenticator;
mod browser;
mod disaster;
mod flood;
mod incidents;
mod isolation;
mod language;
mod let_in;
mod lists;
mod live;
mod lost;
mod mail;
mod overview;
mod own_rules;
mod papers;
mod passkeys;
mod personal;
mod reading;
mod repeated;
mod roles;
mod self_check;
mod signing_in;
mod world;
