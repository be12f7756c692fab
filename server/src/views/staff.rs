//! Views of 利用者の名簿: the list, somebody's page, pledges and trainings; and the numbers that those outside the facility see.

use askama::Template;

use super::{Mark, Moment, Place, Shell, StepLine};
use crate::words::Text;

/// `/facilities/{facility}/staff`, for those at the facility.
#[derive(Template)]
#[template(path = "staff.html")]
pub(crate) struct StaffPage {
    pub shell: Shell,
    pub facility: Place,
    /// Whether there is a region to go back to.
    pub in_region: bool,
    /// Key of what was done just now.
    pub done: Option<&'static str>,
    /// What is wrong with a review.
    pub error: Option<Text>,
    /// The numbers: key of the name, words.
    pub pairs: Vec<(&'static str, Text)>,
    pub lines: Vec<StaffLine>,
    /// How many are on the list in all.
    pub listed: usize,
    /// Whether only some of them are shown, or those who have left.
    pub filtered: bool,
    /// What a review confirms.
    pub seen: String,
    pub differences: String,
    pub longest: usize,
    pub review_due: bool,
    pub reviews: Vec<ReviewLine>,
}

/// Somebody on the list.
#[derive(Clone, Debug)]
pub(crate) struct StaffLine {
    pub number: i64,
    pub name: String,
    pub job: String,
    pub joined: Text,
    pub last: Option<Text>,
    pub mcs_id: String,
    pub trained: Option<Text>,
    pub mark: Mark,
    /// What is to be seen to.
    pub notes: Vec<Mark>,
}

/// A review of the list.
#[derive(Clone, Debug)]
pub(crate) struct ReviewLine {
    pub at: Moment,
    pub by: Text,
    pub persons: i64,
    pub differences: String,
}

/// The same page for those outside the facility.
#[derive(Template)]
#[template(path = "staff_counts.html")]
pub(crate) struct StaffCountsPage {
    pub shell: Shell,
    pub facility: Place,
    pub in_region: bool,
    pub pairs: Vec<(&'static str, Text)>,
}

/// `/facilities/{facility}/staff/new`, `/facilities/{facility}/staff/{number}/edit`.
#[derive(Template)]
#[template(path = "staff_form.html")]
pub(crate) struct StaffFormPage {
    pub shell: Shell,
    pub facility: Place,
    pub action: String,
    pub back: String,
    /// Which step of a known person the form was made from.
    pub seen: Option<i64>,
    pub fields: Vec<StaffField>,
    pub error: Option<Text>,
    /// Those who may be the same person.
    pub namesakes: Vec<Text>,
    /// Whether it was said that they are not.
    pub sure: bool,
}

/// A field of that form.
#[derive(Clone, Debug)]
pub(crate) struct StaffField {
    pub name: &'static str,
    pub label: &'static str,
    pub about: &'static str,
    pub value: String,
    pub longest: usize,
    pub is_day: bool,
    pub required: bool,
}

/// `/facilities/{facility}/staff/{number}`.
#[derive(Template)]
#[template(path = "staff_member.html")]
pub(crate) struct StaffMemberPage {
    pub shell: Shell,
    pub facility: Place,
    pub number: i64,
    pub version: i64,
    pub mark: Mark,
    pub notes: Vec<Mark>,
    /// Keys of what of the joiner's checklist is open.
    pub open: Vec<&'static str>,
    /// Accounts that are still open under the name of somebody who leaves.
    pub accounts: Vec<String>,
    pub pairs: Vec<(&'static str, Text)>,
    pub may_edit: bool,
    pub acts: Vec<StaffAct>,
    pub error: Option<Text>,
    pub longest: usize,
    pub past: Vec<StepLine>,
}

impl StaffMemberPage {
    /// What the ids of the fields begin with in the form that was refused.
    fn prefix(&self) -> String {
        self.acts.iter().find(|act| act.open).map(|act| format!("{}-", act.word)).unwrap_or_default()
    }
}

/// The form of an act.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one field is asked for")]
pub(crate) struct StaffAct {
    pub word: &'static str,
    pub key: &'static str,
    pub open: bool,
    /// Key of what the day is that it asks for.
    pub day: Option<&'static str>,
    /// Whether it asks if an earlier pledge stands for it.
    pub before: bool,
    /// Items to be ticked: word, key, whether they were.
    pub items: Vec<(&'static str, &'static str, bool)>,
    pub why: bool,
    /// Key of what a remark is called, where one may be made.
    pub note: Option<&'static str>,
    /// Whether it ends or takes back something.
    pub ends: bool,
    pub typed_day: String,
    pub typed_why: String,
    pub typed_before: bool,
}

/// Somebody to be ticked.
#[derive(Clone, Debug)]
pub(crate) struct Ticked {
    pub number: i64,
    pub name: String,
    pub note: Text,
    pub chosen: bool,
}

/// `/facilities/{facility}/staff/pledges`.
#[derive(Template)]
#[template(path = "pledges.html")]
pub(crate) struct PledgesPage {
    pub shell: Shell,
    pub facility: Place,
    pub done: Option<Text>,
    pub error: Option<Text>,
    /// What the edition is called that is signed now.
    pub edition: Text,
    /// Since when, where the facility has set it.
    pub since: Option<Text>,
    pub missing: Vec<Ticked>,
    pub signed: Vec<Ticked>,
    pub day: String,
    pub before: bool,
    /// Where the signed papers are kept.
    pub kept: String,
    pub longest_reason: usize,
    pub name: String,
    pub from: String,
    /// Whether what was typed is a new edition.
    pub of_edition: bool,
    pub longest: usize,
}

/// `/facilities/{facility}/staff/training`.
#[derive(Template)]
#[template(path = "training.html")]
pub(crate) struct TrainingPage {
    pub shell: Shell,
    pub facility: Place,
    /// Longest time between two trainings.
    pub days: i64,
    pub done: Option<Text>,
    pub error: Option<Text>,
    pub people: Vec<Ticked>,
    pub day: String,
    pub topic: String,
    pub teacher: String,
    pub material: String,
    pub understood: String,
    pub longest: usize,
    pub longest_name: usize,
    pub longest_reason: usize,
    pub held: Vec<TrainingLine>,
}

impl TrainingPage {
    /// What the ids of the fields begin with in the form that was refused.
    fn prefix(&self) -> String {
        self.held.iter().find(|held| held.open).map(|held| format!("void-{}-", held.number)).unwrap_or_default()
    }
}

/// A session.
#[derive(Clone, Debug)]
pub(crate) struct TrainingLine {
    pub number: i64,
    pub on: Text,
    pub topic: String,
    pub teacher: String,
    pub material: String,
    /// How it was seen that they had understood.
    pub understood: String,
    pub by: Text,
    /// Why it does not count; empty: it does.
    pub void_why: String,
    /// Whether a reason was typed for which it does not count, and refused.
    pub open: bool,
    /// That reason.
    pub void_typed: String,
    /// Names of those who took part.
    pub people: String,
    pub count: usize,
}

/// `/facilities/{facility}/staff/import`.
#[derive(Template)]
#[template(path = "staff_import.html")]
pub(crate) struct StaffImportPage {
    pub shell: Shell,
    pub facility: Place,
    /// Keys of the columns, in order.
    pub columns: Vec<&'static str>,
    /// Most lines at once.
    pub most: usize,
    /// Most KiB of a file.
    pub most_kib: usize,
    pub errors: Vec<Text>,
    pub table: String,
    /// Whether it was said that people of the same name are different persons.
    pub sure: bool,
}

/// `/facilities/{facility}/staff/print`.
#[derive(Template)]
#[template(path = "staff_sheet.html")]
pub(crate) struct StaffSheetPage {
    pub shell: Shell,
    pub facility: Place,
    pub at: Text,
    /// Keys of the columns.
    pub columns: Vec<&'static str>,
    /// The name, and for each further column its key and what stands there.
    pub rows: Vec<(String, Vec<(&'static str, Text)>)>,
}

/// `/staff`.
#[derive(Template)]
#[template(path = "staff_region.html")]
pub(crate) struct StaffRegionPage {
    pub shell: Shell,
    pub lines: Vec<StaffRegionLine>,
    pub next: Option<String>,
    pub paged: bool,
}

/// A facility's list in numbers.
#[derive(Clone, Debug)]
pub(crate) struct StaffRegionLine {
    pub facility: Place,
    pub persons: i64,
    /// Without a pledge of the present edition.
    pub pledges: i64,
    /// The share of those with a training.
    pub trained: Text,
    /// Past their last day with steps open.
    pub overdue: i64,
    pub reviewed: Text,
}

#[cfg(test)]
mod samples;
