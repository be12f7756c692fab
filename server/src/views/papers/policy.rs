//! View of what a facility decides about people's own devices.

use askama::Template;

use super::super::{Moment, Place, Shell};
use crate::words::Text;

/// `/facilities/{facility}/personal-devices`.
#[derive(Template)]
#[template(path = "policy.html")]
pub(crate) struct PolicyPage {
    pub shell: Shell,
    pub facility: Place,
    /// Key of how it is now.
    pub now: &'static str,
    /// Whether the facility has decided itself.
    pub decided: bool,
    /// Number of the newest decision.
    pub seen: i64,
    pub may_change: bool,
    /// Value, key of the words, chosen.
    pub modes: Vec<(&'static str, &'static str, bool)>,
    pub risk: String,
    pub longest: usize,
    pub error: Option<Text>,
    pub past: Vec<PolicyLine>,
}

/// One decision.
#[derive(Clone, Debug)]
pub(crate) struct PolicyLine {
    pub at: Moment,
    pub key: &'static str,
    pub by: Text,
    pub risk: String,
}
