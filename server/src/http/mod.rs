//! The network side: the device port (hyper, mutual TLS), the web port and Prometheus' port, and the limits they share.
//! The only room with axum.

pub mod access;
mod api;
mod body;
pub mod device;
mod half_open;
pub mod listener;
mod pace;
pub mod pages;
mod proxied;
mod refusal;
mod tls;
pub mod web;
