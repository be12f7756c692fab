//! The pages in-process: a store on disk, a clock and randomness that are set, a browser that keeps its cookie.

mod account;
mod alerts;
mod authenticator;
mod browser;
mod isolation;
mod language;
mod lists;
mod live;
mod lost;
mod overview;
mod passkeys;
mod reading;
mod repeated;
mod roles;
mod self_check;
mod signing_in;
mod world;
