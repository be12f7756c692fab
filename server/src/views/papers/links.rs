//! Views of the links by which papers are filed without an account.

use askama::Template;

use super::super::{Moment, Place, Qr, Shell};
use crate::words::Text;

/// `/facilities/{facility}/links`.
#[derive(Template)]
#[template(path = "facility_links.html")]
pub(crate) struct FacilityLinksPage {
    pub shell: Shell,
    pub facility: Place,
    pub may_change: bool,
    pub lines: Vec<FacilityLinkLine>,
}

/// What a link files, and since when there is one.
#[derive(Clone, Debug)]
pub(crate) struct FacilityLinkLine {
    pub word: &'static str,
    /// Key of the paper's name.
    pub key: &'static str,
    /// `None`: there is none.
    pub since: Option<Moment>,
    pub by: Option<Text>,
}

/// `/facilities/{facility}/links/issued`.
#[derive(Template)]
#[template(path = "facility_link.html")]
pub(crate) struct FacilityLinkPage {
    pub shell: Shell,
    pub facility: Place,
    /// Key of the paper's name.
    pub kind: Option<&'static str>,
    /// `None`: it was shown before.
    pub url: Option<String>,
    pub qr: Option<Qr>,
}
