//! Views of papers: the list, the form, what its applicant sees, one paper with what can be done, and the A4 form.

mod links;
mod policy;
mod secretariat;

mod files;

use askama::Template;

use hashimori_shared::lang::Lang;
use hashimori_shared::pack::{Clause, Pack};

pub(crate) use files::{FileLine, PaperFiles};

use super::{Mark, Moment, Place, Said, Shell, StepLine};
use crate::domain::paper::{Act, Days, Entry, Field, Input, Kind, LONGEST_LINE, LONGEST_TEXT, Need, Step};
use crate::words::Text;

pub(crate) use links::{FacilityLinkLine, FacilityLinkPage, FacilityLinksPage};
pub(crate) use policy::{PolicyLine, PolicyPage};
pub(crate) use secretariat::{DecisionLine, DecisionsPage, IncidentLine, IncidentsPage, MeasureLine, MeasuresPage};

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
    /// Where whoever fills it in came from.
    pub cancel: Option<String>,
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
    input: Input,
}

impl FormField {
    /// A field of a paper with what was typed before.
    pub(crate) fn of(field: &Field, value: String) -> Self {
        let (choices, lines, longest) = match field.input {
            Input::Line | Input::Day | Input::Clause => (&[][..], false, LONGEST_LINE),
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
            input: field.input,
        }
    }

    /// Whether a day is typed into it, in boxes.
    pub(crate) fn is_day(&self) -> bool {
        self.input == Input::Day
    }

    /// With the clauses of a pack, where it asks for one.
    pub(crate) fn offering(self, pack: &Pack, lang: Lang) -> Self {
        if self.input != Input::Clause {
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
    pub files: PaperFiles,
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

impl PaperPage {
    /// What the ids of the fields begin with in the form that was refused.
    fn prefix(&self) -> String {
        let act = self.acts.iter().find(|act| act.open).map(|act| format!("{}-", act.word));
        let file = || self.files.lines.iter().find(|file| file.open).map(|file| format!("remove-{}-", file.n));
        act.or_else(file).unwrap_or_else(|| "file-".to_owned())
    }
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

#[cfg(test)]
mod samples;
