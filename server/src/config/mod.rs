//! Configuration in three stages: fragments (file, environment, flags) are merged into `Inputs`, and validated into `Settings`.
//! Only `Settings` enters the program. An unknown key is an error that names it.

mod fragment;
mod inputs;
mod mail;
mod settings;
mod webhooks;

pub use fragment::{ConfigError, Fragments};
pub use inputs::Inputs;
pub use mail::{MailSettings, MailTls, PasswordPlace};
pub use settings::{DeviceSettings, Limits, LogFormat, Settings, WebSettings, WebTls};
