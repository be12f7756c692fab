//! The log, on standard error. Nothing secret or personal goes in: ids, counts, causes.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts logging for the whole process. A second call changes nothing.
pub fn start(format: LogFormat, filter: &str) {
    // sqlx would log slow statements; the store says what it has to say itself.
    let filter = EnvFilter::try_new(format!("{filter},sqlx=warn")).unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let _ = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
