//! Views of papers: the list, the form, one paper with what can be done, and the A4 form.

use askama::Template;

use hashimori_shared::lang::Lang;
use hashimori_shared::pack::{Clause, Pack};

use super::{Mark, Moment, Place, Qr, Said, Shell};
use crate::domain::paper::{Act, Days, Entry, Field, Input, Kind, LONGEST_LINE, LONGEST_TEXT, Need, Step};
use crate::words::Text;

/// `/facilities/{facility}/papers`.
#[derive(Template)]
#[template(path = "papers.html")]
pub(crate) struct PapersPage {
    pub shell: Shell,
    pub facility: Place,
    /// Kinds: word, key of the name, whether the reader files it.
    pub kinds: Vec<(&'static str, &'static str, bool)>,
    pub lines: Vec<PaperLine>,
    /// Whether only some are listed.
    pub filtered: bool,
    pub paged: bool,
    pub next: Option<String>,
}

/// One paper in a list.
#[derive(Clone, Debug)]
pub(crate) struct PaperLine {
    pub id: String,
    pub title: Text,
    pub applicant: Text,
    pub device: Option<Text>,
    pub mark: Mark,
    pub period: Text,
}

/// `/facilities/{facility}/papers/new` and `/papers/{paper}/edit`.
#[derive(Template)]
#[template(path = "paper_form.html")]
pub(crate) struct PaperFormPage {
    pub shell: Shell,
    pub facility: Place,
    /// The form's mark.
    pub once: String,
    /// Filled in through the facility's link, by somebody who is not signed in.
    pub without_account: bool,
    /// What is said before everything else: under which circumstances it is filed.
    pub notice: Option<Text>,
    /// What was let in under a 災害時特例, and becomes this application.
    pub let_in: Option<String>,
    pub kind: &'static str,
    /// Key of what it says first.
    pub about: &'static str,
    /// Keys of what the person it is for is called, and of what helps to fill that in.
    pub person: (&'static str, &'static str),
    pub action: String,
    /// The paper that was sent back.
    pub again: Option<String>,
    pub applicant: String,
    /// Name of who fills it in.
    pub own_name: Option<String>,
    pub longest_name: usize,
    /// Id, name, chosen; `None`: it is not asked.
    pub devices: Option<Vec<(String, Text, bool)>>,
    pub fields: Vec<FormField>,
    pub from: String,
    pub until: String,
    pub days: Days,
    pub most_days: u32,
    /// The day on the paper as typed, where papers may be entered later.
    pub on: Option<String>,
    /// The applicant's mail address as typed; `None`: it is not asked for.
    pub mail: Option<String>,
    pub error: Option<Text>,
}

impl PaperFormPage {
    /// Whether the one day that is asked for is that of the answer.
    fn is_due(&self) -> bool {
        self.days == Days::Due
    }

    /// Key of what filing it is called.
    fn filing(&self) -> &'static str {
        Kind::from_word(self.kind).map_or("paper-file", |kind| kind.filing().0)
    }
}

/// `/apply/{secret}`, the applicant's own: how the paper stands, and how to take it back.
#[derive(Template)]
#[template(path = "paper_receipt.html")]
pub(crate) struct PaperReceiptPage {
    pub shell: Shell,
    pub facility: Place,
    /// Number of the paper, where nothing has become of it since it was filed.
    pub fresh: Option<i64>,
    pub mark: Mark,
    pub filed: Moment,
    pub period: Text,
    /// What stands out about how it stands.
    pub notice: Option<Text>,
    /// Address of this page.
    pub url: String,
    /// The form that takes it back; `None`: somebody has decided on it.
    pub withdraw: Option<WithdrawForm>,
    pub error: Option<Text>,
}

/// Taking one's own paper back.
#[derive(Clone, Debug)]
pub(crate) struct WithdrawForm {
    pub action: String,
    pub version: i64,
    pub why: String,
    pub longest: usize,
}

/// One field of a form, as typed.
#[derive(Clone, Debug)]
pub(crate) struct FormField {
    /// Its id on the page.
    pub id: String,
    pub name: &'static str,
    pub label: &'static str,
    pub about: &'static str,
    pub required: bool,
    /// Empty: it is typed, not chosen.
    pub choices: &'static [(&'static str, &'static str)],
    /// Clauses to choose from: id, title; empty: it asks for none.
    pub clauses: Vec<(String, Said)>,
    pub lines: bool,
    pub longest: usize,
    pub value: String,
    asks_clause: bool,
}

impl FormField {
    /// A field of a paper with what was typed before.
    pub(crate) fn of(field: &Field, value: String) -> Self {
        let (choices, lines, longest) = match field.input {
            Input::Line | Input::Clause => (&[][..], false, LONGEST_LINE),
            Input::Text => (&[][..], true, LONGEST_TEXT),
            Input::Choice(choices) => (choices, false, LONGEST_LINE),
        };
        Self {
            id: field.name.to_owned(),
            name: field.name,
            label: field.label,
            about: field.about,
            required: field.required,
            choices,
            clauses: Vec::new(),
            lines,
            longest,
            value,
            asks_clause: field.input == Input::Clause,
        }
    }

    /// With the clauses of a pack, where it asks for one.
    pub(crate) fn offering(self, pack: &Pack, lang: Lang) -> Self {
        if !self.asks_clause {
            return self;
        }
        let option = |clause: &Clause| {
            // An option is in one language as a whole: the id's, where that is Japanese.
            let title = Said::of(&clause.title, lang);
            let lang = if clause.id.trim_start_matches('§').is_ascii() { title.lang } else { Lang::Japanese.tag() };
            (clause.id.clone(), Said { text: format!("{} {}", clause.id, title.text), lang })
        };
        Self { clauses: pack.clauses().iter().map(option).collect(), ..self }
    }

    /// In the form of an act, beside those of others.
    fn within(self, act: Act) -> Self {
        Self { id: format!("{}-{}", act.as_str(), self.name), ..self }
    }
}

/// `/papers/{paper}`.
#[derive(Template)]
#[template(path = "paper.html")]
pub(crate) struct PaperPage {
    pub shell: Shell,
    pub facility: Place,
    pub id: String,
    /// Mark of the form for a code.
    pub once: String,
    /// As it is seen here.
    pub version: i64,
    pub mark: Mark,
    pub notices: Vec<Text>,
    /// What was filled in: key of the label, words.
    pub pairs: Vec<(&'static str, Text)>,
    /// Deadlines of the statutory clock.
    pub clock: Vec<Text>,
    /// What is last known of the device: label, words; empty: nothing to say.
    pub last: Vec<(Text, Text)>,
    /// Where it goes on: words, path.
    pub links: Vec<(Text, String)>,
    pub acts: Vec<ActForm>,
    /// Devices that can be linked: id, name.
    pub devices: Vec<(String, Text)>,
    /// Whether it can be filled in again.
    pub may_edit: bool,
    /// Whether a code can be issued for the device that it is about.
    pub may_enrol: bool,
    pub longest_reason: usize,
    pub longest_name: usize,
    /// Whether something done on paper may be entered later.
    pub paper_ok: bool,
    pub error: Option<Text>,
    pub past: Vec<StepLine>,
}

/// Something that can be done with a paper.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one field is asked for")]
pub(crate) struct ActForm {
    /// The act's word.
    pub word: &'static str,
    /// Key of its name.
    pub key: &'static str,
    /// Whether it ends something.
    pub ends: bool,
    /// Whether its form stands open.
    pub open: bool,
    pub why: bool,
    pub note: bool,
    /// Key of what a new last day is called.
    pub until: Option<&'static str>,
    /// Keys of what another last day is called that need not be given, and of what helps to fill it in.
    pub perhaps_until: Option<(&'static str, &'static str)>,
    pub device: bool,
    pub cleared: bool,
    pub checker: bool,
    pub on: bool,
    pub when: bool,
    /// When the device went missing is asked for.
    pub lost_at: bool,
    pub fields: Vec<FormField>,
    pub typed: Entry,
}

impl ActForm {
    /// A step's form with what was typed before.
    pub(crate) fn of(step: &Step, typed: Entry, open: bool) -> Self {
        let value = |field: &Field| typed.fields.get(field.name).cloned().unwrap_or_default();
        let needs = |need| step.needs.contains(&need);
        Self {
            word: step.act.as_str(),
            key: step.act.key(),
            ends: matches!(step.act, Act::Refuse | Act::Dismiss | Act::Withdraw | Act::Revoke | Act::ReportLost),
            open,
            why: needs(Need::Why),
            note: needs(Need::Note),
            until: if needs(Need::Anew) { Some("paper-next-look") } else { needs(Need::Until).then_some("paper-new-until") },
            perhaps_until: if needs(Need::Later) {
                Some(("paper-later", "paper-later-about"))
            } else {
                needs(Need::Shorter).then_some(("paper-shorter", "paper-shorter-about"))
            },
            device: needs(Need::Device),
            cleared: needs(Need::Cleared),
            checker: needs(Need::Checker),
            on: needs(Need::OnPaper),
            when: needs(Need::When),
            lost_at: needs(Need::LostAt),
            fields: step.needs.iter().flat_map(|need| further(*need)).map(|f| FormField::of(f, value(f)).within(step.act)).collect(),
            typed,
        }
    }
}

/// The further fields that a need is.
const fn further(need: Need) -> &'static [Field] {
    match need {
        Need::Fields(fields) => fields,
        Need::Why
        | Need::Note
        | Need::Until
        | Need::Later
        | Need::Anew
        | Need::Shorter
        | Need::Device
        | Need::Cleared
        | Need::Checker
        | Need::OnPaper
        | Need::When
        | Need::LostAt => &[],
    }
}

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

/// One step of the history.
#[derive(Clone, Debug)]
pub(crate) struct StepLine {
    /// Keys of act and state.
    pub act: &'static str,
    pub state: &'static str,
    pub by: Text,
    pub at: Moment,
    pub on: Option<Text>,
    pub why: String,
    pub checker: Option<Text>,
}

/// `/papers/{paper}/print` and `/facilities/{facility}/papers/blank`.
#[derive(Template)]
#[template(path = "paper_print.html")]
pub(crate) struct PaperPrintPage {
    pub shell: Shell,
    pub facility: Place,
    pub back: String,
    /// Key of the label, words; `None`: to be written by hand.
    pub pairs: Vec<(&'static str, Option<Text>)>,
    pub seals: Vec<Seal>,
    /// Key of how it stands; `None`: a blank form.
    pub state: Option<&'static str>,
}

/// One field of the 決裁欄.
#[derive(Clone, Debug)]
pub(crate) struct Seal {
    /// Key of the heading.
    pub key: &'static str,
    pub name: Option<String>,
    pub day: Option<Text>,
}

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

#[cfg(test)]
mod samples;
