//! What an entry's detail says to people. It is stored as `name=value` and bare words, which the chain hashes: here they become
//! sentences, on the page and in files. What this build does not know is shown as it is stored.

use hashimori_shared::catalogue::editions_in;
use hashimori_shared::lang::Lang;
use hashimori_shared::pack::OwnRules;
use hashimori_shared::report::DeviceClass;
use hashimori_shared::time::Timestamp;

use crate::domain::act::What;
use crate::domain::device::{ClassWord, Ownership};
use crate::domain::disaster::gone::Gone;
use crate::domain::disaster::{Ending, let_in};
use crate::domain::notice::Weight;
use crate::domain::own_rules::{Stage, name_key, value_text};
use crate::domain::paper::Format;
use crate::domain::people::{Role, event};
use crate::domain::retention::Record;
use crate::domain::token::Grant;
use crate::domain::webhook::Topic;
use crate::domain::{happened, ledger, membership, paper, staff};
use crate::http::pages::sort::owner_text;
use crate::store::alert;
use crate::words::Text;

/// How the value of a word is read.
#[derive(Clone, Copy)]
enum Reading {
    /// A number, with its noun in the sentence.
    Number,
    /// An instant: seconds.
    Instant,
    /// Ids of things: the page of the object leads there, and they say nothing to people.
    LeftOut,
    /// As it is.
    Plain,
    /// One of these words.
    Word(fn(&str) -> Option<Text>),
    /// Several, with commas between them.
    List(fn(&str) -> Option<Text>),
    /// A class of machine; of a change, before and after.
    Class,
    /// Whose a device is; of a change, before and after.
    Owner,
    /// A step, and how something stands: of a membership, of somebody on the list of staff, else of a paper.
    Act,
    State,
}

/// Names of values: (as stored, key of the sentence with `$n` or `$value`, how the value is read). The first that can read it does.
const NAMED: &[(&str, &str, Reading)] = &[
    ("act", "note-act", Reading::Act),
    ("added", "note-added", Reading::Number),
    ("backup_of", "note-backup_of", Reading::Instant),
    ("bytes", "note-bytes", Reading::Number),
    ("class", "note-class", Reading::Class),
    ("corrects", "", Reading::LeftOut),
    ("deputy", "note-deputy", Reading::Word(switch)),
    ("device", "", Reading::LeftOut),
    ("devices", "note-devices", Reading::Number),
    ("different", "note-different", Reading::Word(different)),
    ("edition", "note-edition", Reading::Number),
    ("ending", "note-ending", Reading::Word(|word| Ending::from_word(word).map(|it| it.key().into()))),
    ("entries", "note-entries", Reading::Number),
    ("entry", "", Reading::LeftOut),
    ("erase", "note-erase", Reading::Instant),
    ("event", "note-event", Reading::Instant),
    ("exception", "note-exception", Reading::Word(|_| Some(Text::new("disaster-title")))),
    ("failures", "note-failures", Reading::Number),
    ("fields", "note-fields", Reading::List(field_of_ledger)),
    ("file", "note-file", Reading::Word(exported)),
    ("file", "note-file-number", Reading::Number),
    ("format", "note-format", Reading::Word(|word| Format::from_word(word).map(|it| Text::verbatim(it.called())))),
    ("former", "", Reading::LeftOut),
    ("from", "note-from", Reading::Word(day)),
    ("from", "", Reading::LeftOut),
    ("grants", "note-grants", Reading::List(|word| Grant::from_word(word).map(|it| it.key().into()))),
    ("happened", "note-event", Reading::Word(minute)),
    ("host", "note-host", Reading::Plain),
    ("hours", "note-hours", Reading::Number),
    ("how", "note-how", Reading::Word(how)),
    ("kind", "note-kind", Reading::Word(kind)),
    ("leaves", "note-leaves", Reading::Instant),
    ("letters", "note-letters", Reading::Number),
    ("list", "note-list", Reading::Plain),
    ("machine", "note-class", Reading::Word(|word| let_in::Machine::from_word(word).map(|it| it.key().into()))),
    ("mail", "note-mail", Reading::Word(|word| (word == "password").then(|| Text::new("note-mail-password")))),
    ("membership", "note-membership", Reading::Word(|word| membership::State::from_word(word).map(|it| it.key().into()))),
    ("number", "note-number", Reading::Number),
    ("oidc", "note-oidc", Reading::Word(|word| (word == "none").then(|| Text::new("note-none")))),
    ("oidc", "note-oidc", Reading::Plain),
    ("own_rules", "", Reading::LeftOut),
    ("ownership", "note-ownership", Reading::Owner),
    ("pack", "note-pack", Reading::Plain),
    ("paper", "", Reading::LeftOut),
    ("personal_devices", "note-personal_devices", Reading::Word(personal_devices)),
    ("persons", "note-persons", Reading::Number),
    ("places", "note-places", Reading::Number),
    ("reach", "note-reach", Reading::Word(reach)),
    ("removed", "note-removed", Reading::Number),
    ("role", "note-role", Reading::Word(|word| Role::from_code(word).map(|it| it.key().into()))),
    ("roots", "note-roots", Reading::Number),
    ("rows", "note-rows", Reading::Number),
    ("self_check", "", Reading::LeftOut),
    ("serial", "note-number", Reading::Number),
    ("sessions", "note-sessions", Reading::Word(sessions)),
    ("sha256", "note-sha256", Reading::Plain),
    ("stage", "note-state", Reading::Word(|word| Stage::from_word(word).map(|it| it.key().into()))),
    ("state", "note-state", Reading::State),
    ("times", "note-times", Reading::Number),
    ("to", "note-to", Reading::Word(day)),
    ("to", "note-link", Reading::Word(link)),
    ("topics", "note-topics", Reading::List(|word| Topic::from_word(word).map(|it| it.key().into()))),
    ("training", "note-number", Reading::Number),
    ("until", "note-until", Reading::Instant),
    ("uses", "note-uses", Reading::Number),
    ("weight", "note-weight", Reading::Word(|word| Weight::from_word(word).map(|it| it.key().into()))),
    ("which", "note-which", Reading::Word(|word| (word == "next").then(|| Text::new("note-which-next")))),
    ("whose", "note-whose", Reading::Word(|word| let_in::Whose::from_word(word).map(|it| it.key().into()))),
];

/// Words that stand alone.
const ALONE: &[(&str, &str)] = &[
    ("again", "note-again"),
    ("auto_confirm", "note-auto_confirm"),
    ("drill", "note-drill"),
    ("failed", "note-failed"),
    ("link", "note-by-link"),
    ("managed", "device-managed"),
    ("name", "note-name"),
    ("personal", "device-personal"),
    ("since_backup", "note-since_backup"),
    ("unnamed", "note-unnamed"),
];

fn switch(word: &str) -> Option<Text> {
    match word {
        "on" => Some(Text::new("note-on")),
        "off" => Some(Text::new("note-off")),
        _ => None,
    }
}

fn different(word: &str) -> Option<Text> {
    match word {
        "true" => Some(Text::new("note-different-yes")),
        "false" => Some(Text::new("note-different-no")),
        _ => None,
    }
}

fn field_of_ledger(word: &str) -> Option<Text> {
    ledger::fields(true).find(|field| field.name == word).map(|field| field.label.into())
}

fn exported(word: &str) -> Option<Text> {
    let key = match word {
        "log" => "note-file-log",
        "facilities" => "note-file-facilities",
        "devices" => "note-file-devices",
        "ledger" => "note-file-ledger",
        "papers" => "note-file-papers",
        "people" => "note-file-people",
        "staff" => "note-file-staff",
        "evidence" => "note-file-evidence",
        _ => return None,
    };
    Some(key.into())
}

/// A day as files name it, 2026-08-03.
fn day(word: &str) -> Option<Text> {
    super::day(word).ok().flatten().map(Text::Day)
}

fn minute(word: &str) -> Option<Text> {
    happened::parse(word, Timestamp::from_seconds(0), Timestamp::from_seconds(i64::MAX)).ok().map(Text::Minute)
}

fn how(word: &str) -> Option<Text> {
    Gone::from_word(word).map(Gone::key).or_else(|| let_in::Cleared::from_word(word).map(let_in::Cleared::key)).map(Text::new)
}

fn kind(word: &str) -> Option<Text> {
    let alert = alert::Kind::from_word(word).map(|kind| match kind {
        alert::Kind::LostSeen => "note-kind-lost_seen",
        alert::Kind::Copied => "standing-copied",
    });
    let announced = || match word {
        "next_root" => Some("note-kind-next_root"),
        "successor" => Some("note-kind-successor"),
        _ => None,
    };
    paper::Kind::from_word(word).map(paper::Kind::key).or(alert).or_else(announced).map(Text::new)
}

fn personal_devices(word: &str) -> Option<Text> {
    crate::http::pages::papers::policy_key(word).map(Text::new)
}

fn reach(word: &str) -> Option<Text> {
    match word {
        "region" => Some(Text::new("disaster-reach-region")),
        "areas" => Some(Text::new("note-reach-areas")),
        "facilities" => Some(Text::new("note-reach-facilities")),
        _ => None,
    }
}

fn sessions(word: &str) -> Option<Text> {
    match word {
        "all" => Some(Text::new("note-sessions-all")),
        "others" => Some(Text::new("note-sessions-others")),
        "one" => Some(Text::new("note-sessions-one")),
        _ => None,
    }
}

fn link(word: &str) -> Option<Text> {
    match word {
        "new" => Some(Text::new("note-link-new")),
        "end" => Some(Text::new("note-link-end")),
        _ => None,
    }
}

fn act(what: What, word: &str) -> Option<Text> {
    let key = match subject(what) {
        Subject::Membership => membership::Act::from_word(word)?.key(),
        Subject::Staff => staff::Act::from_word(word)?.key(),
        Subject::Paper => paper::Act::from_word(word)?.key(),
    };
    Some(key.into())
}

fn state(what: What, word: &str) -> Option<Text> {
    let key = match subject(what) {
        Subject::Membership => membership::State::from_word(word)?.key(),
        Subject::Staff => staff::State::from_word(word)?.key(),
        Subject::Paper => paper::State::from_word(word)?.key(),
    };
    Some(key.into())
}

/// Whose steps and states an act's words are.
enum Subject {
    Membership,
    Staff,
    Paper,
}

fn subject(what: What) -> Subject {
    let word = what.as_str();
    if what == What::FacilityMade || word.starts_with("membership_") {
        Subject::Membership
    } else if word.starts_with("staff_") {
        Subject::Staff
    } else {
        Subject::Paper
    }
}

/// A value as it was, and as it became, where the word says both.
fn changed(value: &str, one: impl Fn(&str) -> Option<Text>) -> Option<Text> {
    match value.split_once('>') {
        Some((was, is)) => Some(Text::new("note-change").with("was", one(was)?).with("is", one(is)?)),
        None => one(value),
    }
}

/// All of them, one after the other.
pub(super) fn together(notes: impl IntoIterator<Item = Text>) -> Option<Text> {
    notes.into_iter().reduce(|first, next| Text::new("note-and").with("first", first).with("next", next))
}

impl Reading {
    /// The sentence of this key; `None`: the value cannot be read so.
    fn say(self, what: What, key: &'static str, value: &str, lang: Lang) -> Option<Text> {
        let said = match self {
            Self::Number => return Some(Text::new(key).with("n", value.parse::<i64>().ok()?)),
            Self::Instant => Timestamp::from_seconds(value.parse().ok()?).into(),
            Self::LeftOut => return None,
            Self::Plain => Text::verbatim(value),
            Self::Word(read) => read(value)?,
            Self::List(read) => together(value.split(',').map(|word| read(word).unwrap_or_else(|| Text::verbatim(word))))?,
            Self::Class => {
                let class = |word: &str| ClassWord::from_word(word).map(|class| Text::verbatim(DeviceClass::from(class).label(lang)));
                changed(value, class)?
            }
            Self::Owner => changed(value, |word| Ownership::from_word(word).map(owner_text))?,
            Self::Act => act(what, value)?,
            Self::State => state(what, value)?,
        };
        Some(Text::new(key).with("value", said))
    }
}

/// A name that only this act's details have: each kind of record, parameter or pack is one.
fn of_act(what: What, name: &str, value: &str) -> Option<Text> {
    match what {
        What::RecordsDeleted => {
            let record = Record::from_word(name)?;
            Some(Text::new("note-deleted").with("record", Text::new(record.key())).with("n", value.parse::<i64>().ok()?))
        }
        What::OwnRulesFiled => {
            let rules = OwnRules::from_text(&format!("{name} = {value}"))?;
            let (parameter, value) = rules.iter().next()?;
            Some(Text::new("note-own-rule").with("name", Text::new(name_key(parameter))).with("value", value_text(parameter, value)))
        }
        What::RulesLoaded => Some(Text::new("note-edition-of-pack").with("pack", name.to_owned()).with("n", value.parse::<i64>().ok()?)),
        What::LogTrimmed if name == "until" => Some(Text::new("note-until-number").with("n", value.parse::<i64>().ok()?)),
        _ => None,
    }
}

fn note(what: What, word: &str, lang: Lang) -> Option<Text> {
    let Some((name, value)) = word.split_once('=') else {
        let alone = ALONE.iter().find(|(known, _)| *known == word).map(|(_, key)| *key);
        let key = alone.or_else(|| event::Kind::from_code(word).map(event::Kind::key));
        return Some(key.map_or_else(|| Text::verbatim(word), Text::new));
    };
    if let Some(said) = of_act(what, name, value) {
        return Some(said);
    }
    let mut readings = NAMED.iter().filter(|(known, ..)| *known == name);
    let left_out = readings.clone().any(|(.., reading)| matches!(reading, Reading::LeftOut));
    let said = readings.find_map(|(_, key, reading)| reading.say(what, key, value, lang));
    said.or_else(|| (!left_out).then(|| Text::verbatim(word)))
}

/// The sentences of a detail, in its order.
pub(super) fn notes(what: Option<What>, detail: &str, lang: Lang) -> Vec<Text> {
    match what {
        // The versions of the catalogues are words with spaces between them.
        Some(What::RulesLoaded) => {
            let (packs, catalogues) = detail.split_once("catalogues=").unwrap_or((detail, ""));
            let versions = Some(catalogues)
                .filter(|versions| !versions.is_empty())
                .map(|versions| Text::new("note-catalogues").with("value", editions_in(versions, lang)));
            packs.split_ascii_whitespace().filter_map(|word| note(What::RulesLoaded, word, lang)).chain(versions).collect()
        }
        Some(what) => detail.split_ascii_whitespace().filter_map(|word| note(what, word, lang)).collect(),
        None if detail.is_empty() => Vec::new(),
        None => vec![Text::verbatim(detail)],
    }
}

#[cfg(test)]
mod tests;
