//! The fragments of a configuration and how they are merged: file, then environment, then flags; the later one wins.

use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use toml::{Table, Value};

use super::Inputs;

/// Prefix of environment variables: `HASHIMORI__DEVICE__LISTEN` sets `device.listen`.
const PREFIX: &str = "HASHIMORI__";

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {cause}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not TOML, has an unknown key, or a value of another kind. The message names line and key.
    #[error("{origin}: {message}")]
    Form {
        /// File, environment variable or flag.
        origin: String,
        /// What is wrong.
        message: String,
    },
    /// A value that cannot be.
    #[error("`{key}` {rule}")]
    Value {
        /// The key, dotted.
        key: &'static str,
        /// What it must be.
        rule: String,
    },
}

/// Fragments in order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Fragments(Vec<Table>);

impl Fragments {
    /// Adds a configuration file.
    pub fn file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Read { path: path.to_owned(), cause })?;
        self.text(&path.display().to_string(), &text)
    }

    /// Adds the text of a configuration file; `origin` is named in errors.
    pub fn text(&mut self, origin: &str, text: &str) -> Result<(), ConfigError> {
        let form = |e: toml::de::Error| ConfigError::Form { origin: origin.to_owned(), message: e.to_string().trim().to_owned() };
        // Alone first: only here does an error know its line.
        toml::from_str::<Inputs>(text).map_err(form)?;
        self.0.push(text.parse::<Table>().map_err(form)?);
        Ok(())
    }

    /// Adds environment variables `HASHIMORI__SECTION__KEY`.
    pub fn environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) -> Result<(), ConfigError> {
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix(PREFIX) {
                self.set(&name, &key.to_ascii_lowercase().replace("__", "."), &value)?;
            }
        }
        Ok(())
    }

    /// Sets one dotted key, from the environment or a flag; `origin` is named in errors.
    pub fn set(&mut self, origin: &str, key: &str, value: &str) -> Result<(), ConfigError> {
        // What reads as a TOML value is one; anything else is a string (addresses and paths need no quotes).
        let value = match format!("v = {value}").parse::<Table>() {
            Ok(mut table) if table.len() == 1 => table.remove("v").unwrap_or_else(|| Value::String(value.to_owned())),
            Ok(_) | Err(_) => Value::String(value.to_owned()),
        };
        let mut table = Table::new();
        nest(&mut table, key, value);
        if let Err(e) = Inputs::deserialize(table.clone()) {
            return Err(ConfigError::Form { origin: origin.to_owned(), message: e.to_string().trim().to_owned() });
        }
        self.0.push(table);
        Ok(())
    }

    /// All of them, merged.
    pub fn merge(self) -> Result<Inputs, ConfigError> {
        let mut merged = Table::new();
        for table in self.0 {
            overlay(&mut merged, table);
        }
        Inputs::deserialize(merged).map_err(|e| ConfigError::Form { origin: "configuration".to_owned(), message: e.to_string() })
    }
}

fn nest(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let mut inner = Table::new();
            nest(&mut inner, rest, value);
            table.insert(section.to_owned(), Value::Table(inner));
        }
    }
}

fn overlay(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => overlay(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}
