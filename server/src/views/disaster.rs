//! Views of 災害時特例: the banner of every page, the region's list, one exception's file, and a facility's page.

use askama::Template;

use super::{Moment, Place, Qr, Shell};
use crate::words::Text;

/// What a banner tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BannerKind {
    /// 災害時特例.
    Disaster,
    /// The same as a drill.
    Drill,
    /// 利用制限 (留2-2).
    Restriction,
}

/// What every page tells while an exception, a drill or a restriction holds.
#[derive(Clone, Debug)]
pub(crate) struct Banner {
    pub kind: BannerKind,
    pub text: Text,
    pub began: Moment,
    pub ends: Moment,
    pub link: String,
    /// Key of the one action's words.
    pub action: &'static str,
}

impl Banner {
    pub(crate) const fn label(&self) -> &'static str {
        match self.kind {
            BannerKind::Disaster => "disaster-mark",
            BannerKind::Drill => "disaster-drill-mark",
            BannerKind::Restriction => "paper-restriction",
        }
    }

    pub(crate) fn is_drill(&self) -> bool {
        self.kind == BannerKind::Drill
    }
}

/// `/disaster`.
#[derive(Template)]
#[template(path = "disaster.html")]
pub(crate) struct DisasterPage {
    pub shell: Shell,
    /// What waits for 追認.
    pub waiting: Vec<ExceptionLine>,
    /// All of the page.
    pub lines: Vec<ExceptionLine>,
    pub next: Option<String>,
    /// The form of 発動; `None`: the reader may not.
    pub form: Option<ExceptionForm>,
}

/// One exception in a list.
#[derive(Clone, Debug)]
pub(crate) struct ExceptionLine {
    pub id: String,
    pub drill: bool,
    /// Key of where it stands.
    pub phase: &'static str,
    pub is_open: bool,
    /// What it covers.
    pub reach: Text,
    pub reason: String,
    pub began: Moment,
    /// When it ends or ended.
    pub ends: Moment,
    /// Key of how it ended.
    pub ending: Option<&'static str>,
}

/// `/disaster/{exception}`: everything about one.
#[derive(Template)]
#[template(path = "disaster_file.html")]
pub(crate) struct ExceptionFile {
    pub shell: Shell,
    pub line: ExceptionLine,
    pub basis: String,
    pub entered: Moment,
    /// What it covers, place by place, with since when it is not.
    pub places: Vec<(Text, Option<Moment>)>,
    pub steps: Vec<FileStep>,
    /// What it let in, in numbers: (key, number).
    pub figures: Vec<(&'static str, i64)>,
    /// What is left at each facility: (id, name, number).
    pub left: Vec<(String, String, i64)>,
    /// What can be done; `None`: nothing, or not by the reader.
    pub form: Option<ExceptionForm>,
}

/// One line of a file.
#[derive(Clone, Debug)]
pub(crate) struct FileStep {
    /// Key.
    pub what: &'static str,
    pub who: Text,
    pub why: String,
    pub event: Moment,
    pub entered: Moment,
    pub until: Option<Moment>,
}

/// `/facilities/{facility}/disaster`.
#[derive(Template)]
#[template(path = "disaster_facility.html")]
pub(crate) struct FacilityDisasterPage {
    pub shell: Shell,
    pub facility: Place,
    /// Whether there is a region to go back to.
    pub in_region: bool,
    /// What holds here.
    pub lines: Vec<ExceptionLine>,
    /// What the reader can begin, renew or take back.
    pub form: Option<ExceptionForm>,
    /// Whether the reader registers and clears what is let in.
    pub may_register: bool,
    /// How many are to be cleared now.
    pub due: i64,
}

/// `/disaster/paper`.
#[derive(Template)]
#[template(path = "disaster_paper.html")]
pub(crate) struct DisasterPaperPage {
    pub shell: Shell,
    /// Empty lines.
    pub blank: std::ops::Range<u8>,
}

/// `/facilities/{facility}/disaster/let-in`.
#[derive(Template)]
#[template(path = "let_in.html")]
pub(crate) struct LetInPage {
    pub shell: Shell,
    pub facility: Place,
    /// The form; `None`: no exception holds, or the reader may not.
    pub form: Option<LetInForm>,
    /// Why there is no form.
    pub closed: Option<Text>,
    pub lines: Vec<LetInLine>,
    pub next: Option<String>,
    /// Path of the form that clears; `None`: the reader may not.
    pub clear: Option<String>,
    /// Ways to clear: (word, key).
    pub ways: Vec<(&'static str, &'static str)>,
    pub error: Option<Text>,
}

/// One that was let in.
#[derive(Clone, Debug)]
pub(crate) struct LetInLine {
    pub id: String,
    pub drill: bool,
    pub who: Text,
    /// What, whose, from where: keys and words.
    pub about: Vec<Text>,
    pub event: Moment,
    /// Until when a guest stays, and whether that is over.
    pub until: Option<(Moment, bool)>,
    pub cleared: Option<(&'static str, Moment)>,
    /// What has to be done: (word, key).
    pub checks: Vec<(&'static str, &'static str)>,
}

/// The form in which a device is registered, as filled in.
#[derive(Clone, Debug)]
pub(crate) struct LetInForm {
    pub action: String,
    pub machines: Vec<Choice>,
    /// Empty: not asked for.
    pub whose: Vec<Choice>,
    pub name: String,
    pub from: String,
    pub contact: String,
    pub days: String,
    pub most_days: u32,
    pub event: String,
    pub longest: usize,
    /// Whether there is a button for using a device without saying whose it is.
    pub skip: bool,
    pub error: Option<Text>,
}

/// `/facilities/{facility}/disaster/door`.
#[derive(Template)]
#[template(path = "door.html")]
pub(crate) struct DoorPage {
    pub shell: Shell,
    pub facility: Place,
    /// The link, its QR code, and since when it holds.
    pub door: Option<(String, Option<Qr>, Moment)>,
}

/// `/facilities/{facility}/disaster/gone`.
#[derive(Template)]
#[template(path = "gone.html")]
pub(crate) struct GonePage {
    pub shell: Shell,
    pub facility: Place,
    pub drill: bool,
    /// Whether an exception holds now.
    pub held: bool,
    /// Devices in use.
    pub devices: Vec<Choice>,
    pub ways: Vec<Choice>,
    pub why: String,
    pub event: String,
    pub longest: usize,
    /// Those noted under the exception that holds: id, name, key of how, when.
    pub gone: Vec<(String, Text, &'static str, Moment)>,
    pub error: Option<Text>,
}

/// `/join/{secret}`.
#[derive(Template)]
#[template(path = "join.html")]
pub(crate) struct JoinPage {
    pub shell: Shell,
    /// The facility.
    pub name: String,
    pub drill: bool,
    /// Set after something was registered.
    pub done: bool,
    /// `None`: no exception holds.
    pub form: Option<LetInForm>,
}

/// The form in which something is done to an exception, or one is begun: as filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExceptionForm {
    pub action: String,
    /// Key of the heading.
    pub title: &'static str,
    /// Key of what it means.
    pub about: &'static str,
    /// Key of the button.
    pub button: &'static str,
    /// Hidden fields.
    pub hidden: Vec<(&'static str, String)>,
    /// What is to be done, where there is a choice.
    pub acts: Vec<Choice>,
    /// Which places.
    pub places: Vec<Choice>,
    /// Key of what they are.
    pub places_title: &'static str,
    pub why: String,
    /// `None`: not asked for.
    pub basis: Option<String>,
    /// `None`: not asked for.
    pub days: Option<String>,
    pub event: String,
    /// `None`: not asked for.
    pub drill: Option<bool>,
    pub longest: usize,
    pub error: Option<Text>,
}

/// Something to choose.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub value: String,
    pub text: Text,
    pub chosen: bool,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;
    use hashimori_shared::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn moment(hours: i64) -> Moment {
        Moment::new(NOW.plus_seconds(hours * 3600), NOW)
    }

    impl Banner {
        /// Signed in or not.
        pub(crate) fn samples(signed_in: bool) -> Vec<Self> {
            let banner = |kind, key: &'static str, action| Self {
                kind,
                text: Text::new(key).with("more", 1_i64).with("region", "架空圏域".to_owned()),
                began: moment(-3),
                ends: moment(165),
                link: "/disaster".to_owned(),
                action,
            };
            if signed_in {
                vec![
                    banner(BannerKind::Disaster, "disaster-banner-region", "disaster-banner-see"),
                    banner(BannerKind::Drill, "disaster-banner-drill", "disaster-banner-see-drill"),
                    banner(BannerKind::Restriction, "paper-restriction-banner", "paper-restriction-see"),
                ]
            } else {
                vec![banner(BannerKind::Disaster, "disaster-banner-public", "disaster-banner-sign-in")]
            }
        }
    }

    impl ExceptionLine {
        pub(super) fn sample(ended: bool) -> Self {
            Self {
                id: "x".to_owned(),
                drill: ended,
                phase: if ended { "disaster-clean-up" } else { "disaster-on" },
                is_open: !ended,
                reach: Text::new("disaster-reach-region"),
                reason: "見本".to_owned(),
                began: moment(-30),
                ends: moment(-6),
                ending: ended.then_some("disaster-ending-unratified"),
            }
        }
    }

    fn form(filled: bool) -> ExceptionForm {
        let choice = |value: &str, key| Choice { value: value.to_owned(), text: Text::new(key), chosen: filled };
        ExceptionForm {
            action: "/disaster".to_owned(),
            title: "disaster-activate",
            about: "disaster-activate-about",
            button: "disaster-activate-do",
            hidden: vec![("facility", "f".to_owned())],
            acts: vec![choice("extend", "disaster-do-extend"), choice("lift", "disaster-do-lift")],
            places_title: "disaster-field-areas",
            places: if filled { vec![choice("a", "disaster-reach-region")] } else { Vec::new() },
            why: "見本".to_owned(),
            basis: filled.then(|| "見本".to_owned()),
            days: Some("7".to_owned()),
            event: String::new(),
            drill: filled.then_some(true),
            longest: 200,
            error: filled.then(|| Text::new("disaster-wrong-days").with("most", 31_u32)),
        }
    }

    impl Sample for DisasterPage {
        fn samples() -> Vec<Self> {
            let sample = |lines: Vec<ExceptionLine>, form| Self {
                shell: Shell::sample("disaster-title", true),
                waiting: lines.clone(),
                next: (!lines.is_empty()).then(|| "/disaster?after=x".to_owned()),
                lines,
                form,
            };
            vec![sample(vec![ExceptionLine::sample(false), ExceptionLine::sample(true)], Some(form(true))), sample(Vec::new(), None)]
        }
    }

    impl Sample for ExceptionFile {
        fn samples() -> Vec<Self> {
            let step = FileStep {
                what: "disaster-step-extended",
                who: Text::verbatim("見本 花子"),
                why: "見本".to_owned(),
                event: moment(-30),
                entered: moment(-29),
                until: Some(moment(100)),
            };
            let lapsed = FileStep { why: String::new(), until: None, entered: moment(-30), ..step.clone() };
            let sample = |ended| Self {
                shell: Shell::sample(Text::new("disaster-file-title").with("reach", Text::new("disaster-reach-region")), true),
                line: ExceptionLine::sample(ended),
                basis: "見本".to_owned(),
                entered: moment(-29),
                places: vec![(Text::verbatim("さくら架空診療所"), ended.then(|| moment(-6)))],
                steps: vec![step.clone(), lapsed.clone()],
                figures: vec![("let-in-own", 12), ("let-in-open", 3)],
                left: if ended { vec![("f".to_owned(), "さくら架空診療所".to_owned(), 3)] } else { Vec::new() },
                form: (!ended).then(|| form(false)),
            };
            vec![sample(false), sample(true)]
        }
    }

    impl Sample for FacilityDisasterPage {
        fn samples() -> Vec<Self> {
            let sample = |lines: Vec<ExceptionLine>| Self {
                shell: Shell::sample(Text::new("disaster-facility-title").with("facility", "さくら架空診療所".to_owned()), true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                in_region: lines.is_empty(),
                form: lines.is_empty().then(|| form(true)),
                may_register: !lines.is_empty(),
                due: i64::try_from(lines.len()).unwrap_or(0),
                lines,
            };
            vec![sample(vec![ExceptionLine::sample(false)]), sample(Vec::new())]
        }
    }

    fn let_in_form(whole: bool) -> LetInForm {
        let choice = |value: &str, key| Choice { value: value.to_owned(), text: Text::new(key), chosen: value == "phone" };
        LetInForm {
            action: "/join/x".to_owned(),
            machines: vec![choice("phone", "let-in-phone"), choice("other", "let-in-other")],
            whose: if whole { vec![choice("own", "let-in-own"), choice("guest", "let-in-guest")] } else { Vec::new() },
            name: "見本 花子".to_owned(),
            from: "架空医療班".to_owned(),
            contact: String::new(),
            days: "3".to_owned(),
            most_days: 7,
            event: String::new(),
            longest: 60,
            skip: !whole,
            error: whole.then(|| Text::new("let-in-wrong-guest")),
        }
    }

    impl Sample for DisasterPaperPage {
        fn samples() -> Vec<Self> {
            vec![Self { shell: Shell::sample("disaster-paper-title", true), blank: 0..2 }]
        }
    }

    impl Sample for LetInPage {
        fn samples() -> Vec<Self> {
            let open = LetInLine {
                id: "l".to_owned(),
                drill: true,
                who: Text::verbatim("見本 花子"),
                about: vec![Text::new("let-in-phone"), Text::verbatim("架空医療班")],
                event: moment(-30),
                until: Some((moment(-6), true)),
                cleared: None,
                checks: vec![("apps", "let-in-check-apps")],
            };
            let cleared = LetInLine { drill: false, until: None, cleared: Some(("let-in-cleared-done", moment(-1))), ..open.clone() };
            let sample = |lines: Vec<LetInLine>| Self {
                shell: Shell::sample("let-in-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                form: (!lines.is_empty()).then(|| let_in_form(true)),
                closed: lines.is_empty().then(|| Text::new("let-in-not-now")),
                next: (!lines.is_empty()).then(|| "/x".to_owned()),
                clear: (!lines.is_empty()).then(|| "/x".to_owned()),
                ways: vec![("done", "let-in-cleared-done")],
                error: (!lines.is_empty()).then(|| Text::new("let-in-left")),
                lines,
            };
            vec![sample(vec![open, cleared]), sample(Vec::new())]
        }
    }

    impl Sample for DoorPage {
        fn samples() -> Vec<Self> {
            let sample = |door| Self {
                shell: Shell::sample("door-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                door,
            };
            let link = "https://hashimori.example/join/x".to_owned();
            vec![sample(Some((link.clone(), Qr::of(&link).ok(), moment(-5)))), sample(Some((link, None, moment(-5)))), sample(None)]
        }
    }

    impl Sample for GonePage {
        fn samples() -> Vec<Self> {
            let choice = |value: &str, text| Choice { value: value.to_owned(), text, chosen: true };
            let sample = |held: bool| Self {
                shell: Shell::sample("gone-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                drill: held,
                held,
                devices: if held { vec![choice("d", Text::verbatim("受付1"))] } else { Vec::new() },
                ways: vec![choice("flooded", Text::new("gone-flooded"))],
                why: String::new(),
                event: String::new(),
                longest: 200,
                gone: if held { vec![("d".to_owned(), Text::verbatim("受付2"), "gone-missing", moment(-5))] } else { Vec::new() },
                error: held.then(|| Text::new("gone-wrong-how")),
            };
            vec![sample(true), sample(false)]
        }
    }

    impl Sample for JoinPage {
        fn samples() -> Vec<Self> {
            let sample = |done, form| Self {
                shell: Shell::sample("join-title", false),
                name: "さくら架空診療所".to_owned(),
                drill: done,
                done,
                form,
            };
            vec![sample(true, Some(let_in_form(false))), sample(false, None)]
        }
    }
}
