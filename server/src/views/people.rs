//! Views of roles: who holds which at a facility, appointing, ending, and what is asked before either is done.

use askama::Template;

use super::{Moment, Place, Shell};
use crate::words::Text;

/// `/facilities/{facility}/people`.
#[derive(Template)]
#[template(path = "people.html")]
pub(crate) struct PeoplePage {
    pub shell: Shell,
    pub facility: Place,
    /// Set while there is no administrator.
    pub vacancy: Option<Vacant>,
    pub seats: Vec<Seat>,
    pub deputies: Deputies,
    pub past: Vec<PastLine>,
    pub error: Option<Text>,
}

/// A facility without an administrator.
#[derive(Clone, Debug)]
pub(crate) struct Vacant {
    /// Whole days.
    pub days: i64,
    pub since: Moment,
    /// Whether it has lasted longer than it may.
    pub alarming: bool,
    /// Days after which it is alarming.
    pub allowed: i64,
}

/// A role and those who hold it.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    /// The role's word in the address.
    pub code: &'static str,
    /// Key of the role's word.
    pub role: &'static str,
    /// What the role does.
    pub task: &'static str,
    pub held: Vec<HeldLine>,
    /// Key of the button that appoints; `None`: not this person's to do.
    pub appoint: Option<&'static str>,
}

/// Somebody who holds a role.
#[derive(Clone, Debug)]
pub(crate) struct HeldLine {
    pub person: String,
    pub name: String,
    pub login: String,
    pub from: Moment,
    /// By whom and why.
    pub how: Text,
    /// How the account stands: set up, last sign-in, link handed out.
    pub account: Text,
    pub may_end: bool,
}

/// Whether 代行者 act, and the form that decides it.
#[derive(Clone, Debug)]
pub(crate) struct Deputies {
    /// How it is now.
    pub now: Text,
    pub on: bool,
    /// The term, for the form to send along.
    pub seen: String,
    pub may_switch: bool,
    /// As typed before.
    pub until: String,
    pub why: String,
    pub longest_reason: usize,
}

/// Somebody who held a role.
#[derive(Clone, Debug)]
pub(crate) struct PastLine {
    pub name: String,
    pub role: &'static str,
    pub from: Moment,
    pub until: Moment,
    pub how: Text,
}

/// `…/people/appoint`, `/accounts/appoint`.
#[derive(Template)]
#[template(path = "appoint.html")]
pub(crate) struct AppointPage {
    pub shell: Shell,
    /// Name and address of the page one comes from.
    pub back: (Text, String),
    pub action: String,
    pub code: &'static str,
    pub task: &'static str,
    /// Whoever holds it now, where one person does.
    pub former: Option<String>,
    pub seen: String,
    /// Accounts that can be chosen.
    pub known: Vec<KnownLine>,
    /// Whether nobody of the list is chosen.
    pub newcomer: bool,
    /// As typed before.
    pub login: String,
    pub name: String,
    /// Where the link is to go; `None`: the collector sends no mail.
    pub mail: Option<String>,
    pub why: String,
    pub longest_reason: usize,
    pub longest_name: usize,
    pub error: Option<Text>,
}

/// An account that can be chosen.
#[derive(Clone, Debug)]
pub(crate) struct KnownLine {
    pub id: String,
    pub words: Text,
    pub chosen: bool,
}

/// Asked before something that cannot be taken back.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(crate) struct ConfirmPage {
    pub shell: Shell,
    /// Name and address of the page one comes from.
    pub back: (Text, String),
    pub action: String,
    /// What will be so.
    pub consequences: Vec<Text>,
    /// What goes back with the button.
    pub fields: Vec<(&'static str, String)>,
    /// As typed before; `None`: the reason was given on the page before.
    pub why: Option<String>,
    pub longest_reason: usize,
    /// Key of the button.
    pub button: &'static str,
    pub error: Option<Text>,
}

/// A one-time link, once; without it when it was shown before.
#[derive(Template)]
#[template(path = "appointed.html")]
pub(crate) struct AppointedPage {
    pub shell: Shell,
    pub back: (Text, String),
    /// Address (`None`: it is mailed, and shown to nobody), until when, whose.
    pub link: Option<(Option<String>, Text, String)>,
}

/// `/vacancies`.
#[derive(Template)]
#[template(path = "vacancies.html")]
pub(crate) struct VacanciesPage {
    pub shell: Shell,
    pub vacancies: Vec<(Place, Vacant)>,
    /// How many there are in all.
    pub total: i64,
    pub allowed: i64,
}

/// `/excluded`.
#[derive(Template)]
#[template(path = "excluded.html")]
pub(crate) struct ExcludedPage {
    pub shell: Shell,
    pub lines: Vec<ExcludedLine>,
    pub next: Option<String>,
    pub paged: bool,
}

/// Something that does not count.
#[derive(Clone, Debug)]
pub(crate) struct ExcludedLine {
    pub what: &'static str,
    /// What was replaced by what.
    pub changes: Vec<Text>,
    pub facility: Place,
    /// Where to read more.
    pub link: String,
    pub device: Text,
    pub at: Moment,
    pub by: Text,
    pub reason: Text,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;
    use crate::domain::people::Role;
    use hashimori_shared::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn moment(days: i64) -> Moment {
        Moment::new(NOW.plus_days(-days), NOW)
    }

    fn facility() -> Place {
        Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() }
    }

    fn vacant(days: i64) -> Vacant {
        Vacant { days, since: moment(days), alarming: days > 7, allowed: 7 }
    }

    fn back() -> (Text, String) {
        (Text::verbatim("さくら架空診療所"), "/facilities/f/people".to_owned())
    }

    impl Sample for PeoplePage {
        fn samples() -> Vec<Self> {
            let line = |may_end| HeldLine {
                person: "p".to_owned(),
                name: "見本 花子".to_owned(),
                login: "hanako".to_owned(),
                from: moment(40),
                how: Text::new("people-how").with("by", "見本".to_owned()).with("why", "見本".to_owned()),
                account: Text::new("people-never-signed-in"),
                may_end,
            };
            let seat =
                |role: Role, held, appoint| Seat { code: role.code(), role: role.key(), task: "people-task-administrator", held, appoint };
            let past = PastLine {
                name: "見本 花子".to_owned(),
                role: Role::Administrator.key(),
                from: moment(400),
                until: moment(40),
                how: Text::new("people-how-unknown"),
            };
            let sample = |vacancy, held: Vec<HeldLine>, on: bool| Self {
                shell: Shell::sample("people-title", true),
                facility: facility(),
                vacancy,
                seats: vec![seat(Role::Administrator, held, on.then_some("people-appoint"))],
                deputies: Deputies {
                    now: Text::new("people-deputies-off"),
                    on,
                    seen: "- -".to_owned(),
                    may_switch: on,
                    until: "2026-08-31".to_owned(),
                    why: String::new(),
                    longest_reason: 200,
                },
                past: if on { vec![past.clone()] } else { Vec::new() },
                error: on.then(|| Text::new("people-wrong-reason").with("most", 200_i64)),
            };
            vec![
                sample(None, vec![line(true), line(false)], true),
                sample(Some(vacant(3)), Vec::new(), false),
                sample(Some(vacant(12)), Vec::new(), true),
            ]
        }
    }

    impl Sample for AppointPage {
        fn samples() -> Vec<Self> {
            let known = KnownLine { id: "p".to_owned(), words: Text::verbatim("見本 花子"), chosen: true };
            let sample = |known: Vec<KnownLine>, former: Option<&str>, error| Self {
                shell: Shell::sample("people-title", true),
                back: back(),
                action: "/facilities/f/people/appoint".to_owned(),
                code: Role::Administrator.code(),
                task: "people-task-administrator",
                former: former.map(str::to_owned),
                seen: "a".to_owned(),
                newcomer: known.is_empty(),
                known,
                login: "jiro".to_owned(),
                name: "見本 花子".to_owned(),
                mail: former.map(|_| "jiro@hotaru.example".to_owned()),
                why: "見本".to_owned(),
                longest_reason: 200,
                longest_name: 60,
                error,
            };
            vec![sample(vec![known], Some("見本 花子"), None), sample(Vec::new(), None, Some(Text::new("people-wrong-login")))]
        }
    }

    impl Sample for ConfirmPage {
        fn samples() -> Vec<Self> {
            let sample = |why: Option<&str>, error| Self {
                shell: Shell::sample("people-title-confirm", true),
                back: back(),
                action: "/facilities/f/people/end".to_owned(),
                consequences: vec![Text::new("people-then-recorded")],
                fields: vec![("person", "p".to_owned())],
                why: why.map(str::to_owned),
                longest_reason: 200,
                button: "people-do-end",
                error,
            };
            vec![sample(None, None), sample(Some(""), Some(Text::new("people-wrong-reason").with("most", 200_i64)))]
        }
    }

    impl Sample for AppointedPage {
        fn samples() -> Vec<Self> {
            let link = |url: Option<&str>| Some((url.map(str::to_owned), NOW.into(), "見本 花子".to_owned()));
            let sample = |link| Self { shell: Shell::sample("people-title-link", true), back: back(), link };
            vec![sample(link(Some("https://hashimori.example/start/AAAA"))), sample(link(None)), sample(None)]
        }
    }

    impl Sample for VacanciesPage {
        fn samples() -> Vec<Self> {
            let sample = |vacancies: Vec<(Place, Vacant)>| Self {
                shell: Shell::sample("people-vacancies", true),
                total: 201,
                vacancies,
                allowed: 7,
            };
            vec![sample(vec![(facility(), vacant(12)), (facility(), vacant(2))]), sample(Vec::new())]
        }
    }

    impl Sample for ExcludedPage {
        fn samples() -> Vec<Self> {
            let line = ExcludedLine {
                what: "excluded-retired",
                changes: Vec::new(),
                facility: facility(),
                link: "/devices/d".to_owned(),
                device: Text::verbatim("受付1"),
                at: moment(3),
                by: Text::new("excluded-by-unknown"),
                reason: Text::new("excluded-no-reason"),
            };
            let sample = |lines: Vec<ExcludedLine>, paged| Self {
                shell: Shell::sample("excluded-title", true),
                next: (!lines.is_empty()).then(|| "/excluded?after=x".to_owned()),
                lines,
                paged,
            };
            let change = Text::new("sort-owner-changed").with("was", Text::new("device-managed")).with("is", Text::new("device-personal"));
            let sorted = ExcludedLine { what: "excluded-reclassified", changes: vec![change], ..line.clone() };
            vec![sample(vec![line, sorted], true), sample(Vec::new(), false)]
        }
    }
}
