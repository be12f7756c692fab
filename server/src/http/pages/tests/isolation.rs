//! Isolation, driven by the one table of routes.
