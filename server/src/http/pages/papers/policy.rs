//! How the facility allows personal devices (§20-13), with what it thinks of the risk. A facility decides for itself as strictly as the
//! rules or more so; what is looser is the 事務局's to enter (§26).

use axum::extract::State as Use;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::pack::PersonalMode;
use serde::Deserialize;

use super::place;
use crate::domain::act::{Done, What};
use crate::domain::membership::Doing;
use crate::domain::paper::LONGEST_TEXT;
use crate::domain::people::{Person, Right, Role, may};
use crate::http::pages::guard::{Here, Who};
use crate::http::pages::membership::closed;
use crate::http::pages::overtaken::First;
use crate::http::pages::typed::Typed;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::belonging::Home;
use crate::store::personal_policy;
use crate::views::{Moment, PolicyLine, PolicyPage};
use crate::words::Text;

/// Decisions listed.
const LISTED: u16 = 20;

/// The ways: value in the form, key of the words, the way.
const MODES: [(&str, &str, PersonalMode); 3] = [
    ("exception_only", "policy-exception-only", PersonalMode::ExceptionOnly),
    ("standing", "policy-standing", PersonalMode::Standing),
    ("prohibited", "policy-prohibited", PersonalMode::Prohibited),
];

fn key(mode: PersonalMode) -> &'static str {
    MODES.iter().find(|(.., known)| *known == mode).map_or("policy-exception-only", |(_, key, _)| key)
}

/// Key of what a mode is called, by the word that the form and the log have for it.
pub(in crate::http::pages) fn policy_key(word: &str) -> Option<&'static str> {
    MODES.iter().find(|(value, ..)| *value == word).map(|(_, key, _)| *key)
}

/// `GET /facilities/{facility}/personal-devices`
pub(in crate::http::pages) async fn show_policy(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
) -> Result<Response, PageError> {
    policy_page(&web, &visitor, &person, home, (String::new(), String::new()), None).await
}

async fn policy_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    home: Home,
    (typed, risk): (String, String),
    error: Option<Text>,
) -> Result<Response, PageError> {
    let (past, now) = (personal_policy::list(&web.store, home.facility, LISTED).await?, web.now());
    let seen = past.first().map_or(0, |policy| policy.n);
    let mode = past.first().map_or(web.pack.parameters().personal_devices.mode, |policy| policy.mode);
    page(&PolicyPage {
        shell: shell("policy-title", visitor, Some(person)),
        facility: place(web, home).await?,
        now: key(mode),
        decided: !past.is_empty(),
        seen,
        may_change: may(person.role, Right::HandlePapers),
        modes: MODES
            .iter()
            .map(|(value, key, known)| (*value, *key, if typed.is_empty() { *known == mode } else { *value == typed }))
            .collect(),
        risk,
        longest: LONGEST_TEXT,
        error,
        past: past
            .into_iter()
            .map(|policy| PolicyLine {
                at: Moment::new(policy.at, now),
                key: key(policy.mode),
                by: policy.by.map_or(Text::new("oplog-erased"), Text::verbatim),
                risk: policy.risk,
            })
            .collect(),
    })
}

/// A decision as typed.
#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct Decision {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    risk: String,
    /// Number of the newest decision when the form was made.
    #[serde(default)]
    seen: String,
}

/// `POST /facilities/{facility}/personal-devices`
pub(in crate::http::pages) async fn decide_policy(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Typed(typed): Typed<Decision>,
) -> Result<Response, PageError> {
    let chosen = MODES.iter().find(|(value, ..)| *value == typed.mode).map(|(.., mode)| *mode);
    let risk = typed.risk.trim().to_owned();
    let shut = closed(&web, home, Doing::Begin).await?;
    let mut tx = web.store.begin_ledger().await?;
    // Of two at once the second sees what the first one decided.
    let newest = personal_policy::list(&web.store, home.facility, 1).await?.pop();
    let overtaken = newest.filter(|newest| typed.seen.parse().is_ok_and(|seen: i64| seen < newest.n));
    let status = if shut.is_none() && overtaken.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let overtaken = overtaken.map(|newest| First::of(&person, (&newest.by_word, newest.by.as_deref()), newest.at, "policy-act").on_form());
    let looser = chosen.is_some_and(|mode| mode < web.pack.parameters().personal_devices.mode);
    let error = match chosen {
        _ if shut.is_some() => shut,
        _ if overtaken.is_some() => overtaken,
        None => Some(Text::of_field("policy-choose", "mode")),
        Some(_) if risk.is_empty() || risk.chars().count() > LONGEST_TEXT => {
            Some(Text::of_field("policy-risk-missing", "risk").with("most", LONGEST_TEXT))
        }
        Some(_) if looser && person.role != Role::Secretariat => Some(Text::of_field("policy-looser", "mode")),
        Some(_) => None,
    };
    let (None, Some(mode)) = (&error, chosen) else {
        tx.rollback().await?;
        let answer = policy_page(&web, &visitor, &person, home, (typed.mode, typed.risk), error).await?;
        return Ok((status, answer).into_response());
    };
    let now = web.now();
    personal_policy::insert(&mut tx, home.facility, (mode, &risk), (person.id, now)).await?;
    let done = Done::by_person(&person, What::SettingsChanged, now).at_facility(home.region, home.facility);
    web.log(&mut tx, &done.noting(format!("personal_devices={}", typed.mode)).saying(risk)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/facilities/{}/personal-devices", home.facility)).into_response())
}
