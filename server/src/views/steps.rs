//! View of what was done step by step: with a paper, with somebody on the list of staff, with a membership.

use super::Moment;
use crate::words::Text;

/// One step of a history.
#[derive(Clone, Debug)]
pub(crate) struct StepLine {
    /// Keys of act and state.
    pub act: &'static str,
    pub state: &'static str,
    pub by: Text,
    /// Who else: who looked, who sent the forms, or who took something over.
    pub other: Option<Text>,
    pub at: Moment,
    pub on: Option<Text>,
    pub why: String,
}
