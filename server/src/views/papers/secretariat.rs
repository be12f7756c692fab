//! Views of papers over all facilities of a region, for the 事務局: incidents, its own measures, and what is its to approve.

use askama::Template;

use super::super::{Mark, Moment, Place, Shell};
use crate::words::Text;

/// `/incidents`.
#[derive(Template)]
#[template(path = "incidents.html")]
pub(crate) struct IncidentsPage {
    pub shell: Shell,
    pub lines: Vec<IncidentLine>,
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub paged: bool,
}

/// One open incident of a region.
#[derive(Clone, Debug)]
pub(crate) struct IncidentLine {
    pub id: String,
    pub facility: Place,
    pub title: Text,
    pub what: Text,
    pub mark: Mark,
    pub found: Text,
    pub clock: Vec<Text>,
}

/// `/measures`.
#[derive(Template)]
#[template(path = "measures.html")]
pub(crate) struct MeasuresPage {
    pub shell: Shell,
    pub lines: Vec<MeasureLine>,
    /// Where more of a kind are: (key, path).
    pub further: Vec<(&'static str, String)>,
    /// Whether these are not the first, or not all kinds.
    pub paged: bool,
}

/// One 注意・指導 or 利用制限 of a region.
#[derive(Clone, Debug)]
pub(crate) struct MeasureLine {
    pub id: String,
    pub facility: Place,
    pub title: Text,
    pub mark: Mark,
    pub clause: String,
    pub days: Text,
}

/// `/decisions`.
#[derive(Template)]
#[template(path = "decisions.html")]
pub(crate) struct DecisionsPage {
    pub shell: Shell,
    pub lines: Vec<DecisionLine>,
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub paged: bool,
}

/// One paper that is the 事務局's to approve.
#[derive(Clone, Debug)]
pub(crate) struct DecisionLine {
    pub id: String,
    pub facility: Place,
    pub title: Text,
    pub mark: Mark,
    pub applicant: Text,
    pub period: Text,
    pub filed: Moment,
}
