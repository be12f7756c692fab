//! The only room with axum: the device port and the web port for people.

pub mod pages;
