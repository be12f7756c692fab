//! A device's page, and a person's decision on one that waits to be confirmed.

use axum::extract::{Path, State as Use};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hashimori_shared::report::{Report, parse_report, words};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::{ClauseVerdict, Evidence, State, SubCheck, Verdict};

use super::guard::{Here, Who};
use super::places::{called, calls_for_action, mark, name};
use super::rules::anchor;
use super::visit::Visitor;
use super::{PageError, Web, page, shell};
use crate::domain::act::{Act, Done, What};
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::DeviceId;
use crate::domain::overlay;
use crate::domain::people::{Person, Right, may};
use crate::store::belonging::Home;
use crate::store::device::{self, Decision, Device};
use crate::store::device_state::{self, Line, Present};
use crate::store::{facility, log};
use crate::views::{CheckLine, ClauseGroup, ClauseLine, DevicePage, Mark, Moment, PersonalDevicePage, Place, Sent, VerdictView};
use crate::words::Text;

/// Clocks further apart than this are worth a sentence.
const SKEW_S: i64 = 300;

/// `GET /devices/{device}`
pub(super) async fn show_device(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (device, place) = find(&web, home, &id).await?;
    log_view(&web, &person, home, &device).await?;
    let line = device_state::list(&web.store, home.facility, &[device.n]).await?.into_iter().next();
    let present = device_state::find(&web.store, home.facility, device.n).await?;
    let now = web.now();
    let seen = line.as_ref().and_then(|l| l.last_seen_at);
    let headline = line.as_ref().and_then(|l| l.headline);
    let report = present.as_ref().and_then(|p| parse_report(&p.report).ok());
    if !person.role.sees_facts(device.ownership) {
        let verdict = present.as_ref().map(|p| &p.verdict);
        return personal_page(&web, &visitor, &person, (&device, place), (seen, headline), verdict);
    }
    page(&DevicePage {
        shell: shell(Text::verbatim(name(&device.label)), &visitor, Some(&person)),
        id: device.id.to_string(),
        may_retire: may(person.role, Right::Retire) && Act::Retire.from().contains(&device.standing),
        facility: place,
        mark: mark(&web, device.standing, headline, seen.map(Timestamp::jst_day)),
        reason: reason(&web, &device, seen, present.as_ref().map(|p| &p.verdict)),
        about: about(&device, report.as_ref()),
        seen: seen.map(|at| Moment::new(at, now)),
        pending: Act::Confirm.from().contains(&device.standing),
        notices: notices(&device, line.as_ref(), present.is_some(), report.is_some()),
        verdict: present.as_ref().map(|p| verdict(&web, p)),
        facts: match (&report, &present) {
            (Some(report), Some(present)) => words::groups(report, present.observed_at),
            (None, _) | (_, None) => Vec::new(),
        },
        sent: present.as_ref().map(|p| Sent {
            json: pretty(&p.report),
            received: Moment::new(p.received_at, now),
            observed: Moment::new(p.observed_at, now),
        }),
    })
}

/// A person's own device, for those who see how it stands and nothing that it told.
fn personal_page(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    (device, facility): (&Device, Place),
    (seen, headline): (Option<Timestamp>, Option<State>),
    verdict: Option<&Verdict>,
) -> Result<Response, PageError> {
    let clauses = verdict.map(|verdict| verdict.clauses.as_slice()).unwrap_or_default();
    page(&PersonalDevicePage {
        shell: shell(called(person, device.ownership, &device.label, device.id), visitor, Some(person)),
        facility,
        mark: mark(web, device.standing, headline, seen.map(Timestamp::jst_day)),
        seen: seen.map(|at| Moment::new(at, web.now())),
        clauses: clauses.iter().map(|c| (c.clause.clone(), anchor(&c.clause), title(web, &c.clause), Mark::of(c.state))).collect(),
    })
}

/// Whoever reads what a device told is in the log, before they read it.
async fn log_view(web: &Web, person: &Person, home: Home, device: &Device) -> Result<(), PageError> {
    let done = Done::by_person(person, What::DeviceViewed, web.now()).at_facility(home.region, home.facility);
    Ok(log::write_view(&web.store, &web.random, person.id, &done.on_device(device.id, &device.label)).await?)
}

async fn find(web: &Web, home: Home, id: &str) -> Result<(Device, Place), PageError> {
    let id: DeviceId = id.parse().map_err(|_| PageError::NotFound)?;
    let device = device::find(&web.store, home.facility, id).await?.ok_or(PageError::NotFound)?;
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    Ok((device, Place { id: facility.id.to_string(), name: facility.name }))
}

/// The report as it was sent, indented; what cannot be parsed is shown as it is.
fn pretty(json: &[u8]) -> String {
    let indented = serde_json::from_slice::<serde_json::Value>(json).and_then(|value| serde_json::to_string_pretty(&value));
    indented.unwrap_or_else(|_| String::from_utf8_lossy(json).into_owned())
}

/// The headline's reason in one sentence.
fn reason(web: &Web, device: &Device, seen: Option<Timestamp>, verdict: Option<&Verdict>) -> String {
    match device.standing {
        Standing::Pending => return "この事業所の機器かどうかを、まだ誰も確認していません。".to_owned(),
        Standing::Reconfirm => return "収集サーバーを復元したため、この機器をもう一度確認する必要があります。".to_owned(),
        Standing::Lost => return "紛失として扱っています。届いた状態報告は、判定には使わず記録だけを残します。".to_owned(),
        Standing::Copied => return "同じ鍵を持つ機器が2台ある疑いがあります。現物を確かめてください。".to_owned(),
        Standing::Retired => return "使用を終えた機器です。状態報告は受け付けません。".to_owned(),
        Standing::Refused => return "登録を断った機器です。状態報告は受け付けません。".to_owned(),
        Standing::Active => {}
    }
    let (Some(seen), Some(verdict)) = (seen, verdict) else {
        return "まだ状態報告がありません。点検プログラムが動いているかを確かめてください。".to_owned();
    };
    let today = web.now().jst_day();
    if let Some(silence) = overlay::silence(seen.jst_day(), today, &web.pack.parameters().staleness)
        && silence > verdict.headline
    {
        return format!("{}日間、状態報告がありません。機器の電源と通信を確かめてください。", today - seen.jst_day());
    }
    // The headline is made by the binding clauses; a recommendation decides only where none of them does.
    let decides = |binding: bool| verdict.clauses.iter().find(|c| c.state == verdict.headline && c.strength.is_binding() == binding);
    match decides(true).or_else(|| decides(false)) {
        Some(clause) if verdict.headline != State::Compliant => {
            format!("{} {}: {}", clause.clause, title(web, &clause.clause), clause.reason)
        }
        Some(_) | None => "規程が求める状態にあります。".to_owned(),
    }
}

fn title(web: &Web, clause: &str) -> String {
    web.pack.clause(clause).map(|c| c.title.clone()).unwrap_or_default()
}

fn about(device: &Device, report: Option<&Report>) -> Vec<(&'static str, String)> {
    let mut about = vec![
        ("種類", device.class.label_ja().to_owned()),
        (
            "所有",
            match device.ownership {
                Ownership::Managed => "事業所の機器",
                Ownership::Personal => "個人所有の機器",
            }
            .to_owned(),
        ),
        ("登録", device.enrolled_at.jst_minute()),
    ];
    if let Some(at) = device.confirmed_at {
        about.push(("確認", at.jst_minute()));
    }
    if let Some(report) = report {
        let rights = if report.agent.privileged { "" } else { "（管理者権限なしで動作）" };
        about.push(("点検プログラム", format!("{} {}{rights}", report.agent.platform, report.agent.version)));
    }
    about.push(("機器番号", device.id.to_string()));
    about
}

fn notices(device: &Device, line: Option<&Line>, has_report: bool, is_readable: bool) -> Vec<String> {
    let mut notices = Vec::new();
    if let Some(line) = line {
        if line.skew_s.abs() > SKEW_S {
            let minutes = line.skew_s.abs() / 60;
            let way = if line.skew_s > 0 { "進んで" } else { "遅れて" };
            notices.push(format!("時刻ずれ: この機器の時計は約{minutes}分{way}います。機器の日付と時刻を合わせてください。"));
        }
        if line.dropped > 0 {
            notices.push(format!("通信できない期間が長く、古い状態報告{}件が送られないまま捨てられています。", line.dropped));
        }
    }
    if has_report && !is_readable {
        notices.push("この収集サーバーが読み取れない形式の報告です。内容は下の全文で確かめられます。".to_owned());
    }
    if device.standing == Standing::Active && device.confirmed_by.is_none() {
        notices.push("この機器を確認した人の記録がありません。".to_owned());
    }
    notices
}

fn verdict(web: &Web, present: &Present) -> VerdictView {
    VerdictView {
        groups: groups(web, &present.verdict.clauses),
        judged_with: format!("{} {}、一覧表 {}", present.verdict.pack, present.verdict.pack_revision, present.verdict.catalogues),
        judged_at: present.judged_at.jst_minute(),
    }
}

fn groups(web: &Web, clauses: &[ClauseVerdict]) -> Vec<ClauseGroup> {
    let (mut open, rest): (Vec<_>, Vec<_>) = clauses.iter().partition(|c| calls_for_action(c.state));
    open.sort_by_key(|c| std::cmp::Reverse((c.strength.is_binding(), c.state)));
    [("対応が必要な条項", open), ("そのほかの条項", rest)]
        .into_iter()
        .filter(|(_, clauses)| !clauses.is_empty())
        .map(|(title, clauses)| ClauseGroup { title, clauses: clauses.into_iter().map(|clause| clause_line(web, clause)).collect() })
        .collect()
}

fn evidence(grade: Option<Evidence>) -> &'static str {
    grade.map_or("なし", Evidence::label_ja)
}

fn clause_line(web: &Web, clause: &ClauseVerdict) -> ClauseLine {
    let rule = web.pack.clause(&clause.clause);
    let check_title = |check: &SubCheck| {
        rule.and_then(|r| r.checks.iter().find(|c| c.id == check.id)).map_or_else(|| check.id.clone(), |c| c.title.clone())
    };
    let checks = if clause.checks.len() > 1 { clause.checks.as_slice() } else { &[] };
    ClauseLine {
        id: clause.clause.clone(),
        anchor: anchor(&clause.clause),
        title: rule.map(|r| r.title.clone()).unwrap_or_default(),
        strength: clause.strength.label_ja(),
        mark: Mark::of(clause.state),
        evidence: evidence(clause.evidence),
        reason: clause.reason.clone(),
        remedy: clause.remedy.clone(),
        checks: checks
            .iter()
            .map(|check| CheckLine {
                title: check_title(check),
                mark: Mark::of(check.state),
                evidence: evidence(check.evidence),
                reason: check.reason.clone(),
                remedy: check.remedy.clone(),
            })
            .collect(),
        conflict: rule.and_then(|r| r.conflict.as_ref()).map(|c| {
            let unverified = if c.verified { "" } else { "（未検証）" };
            format!("ほかの基準との差異{unverified}: {}", c.note)
        }),
    }
}

/// `POST /devices/{device}/confirm`
pub(super) async fn confirm_device(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    decide(&web, home, &id, (Act::Confirm, &person)).await
}

/// `POST /devices/{device}/refuse`
pub(super) async fn refuse_device(
    Use(web): Use<Web>,
    Who(person): Who,
    Here(home): Here,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    decide(&web, home, &id, (Act::Refuse, &person)).await
}

/// Only a device that waits for a person is decided on here; whoever comes second is told.
async fn decide(web: &Web, home: Home, id: &str, (act, by): (Act, &Person)) -> Result<Response, PageError> {
    let (Device { id: device, label, ownership, .. }, _) = find(web, home, id).await?;
    // Who may not see what it showed cannot tell whose it is.
    if !by.role.sees_facts(ownership) {
        return Err(PageError::Said(StatusCode::FORBIDDEN, Text::new("device-personal-not-yours")));
    }
    let decision = Decision { standing: act.to(), by: by.id.to_string(), at: web.now() };
    let mut tx = web.store.begin_ledger().await?;
    if !device::stand(&mut tx, home.facility, device, act.from(), &decision).await? {
        return Err(PageError::Conflict(
            "この機器は登録待ちではなくなっています。先にほかの人が確認したか断っています。機器の一覧で今の状態を確かめてください。",
        ));
    }
    let done = Done::by_person(by, act.what(), web.now()).at_facility(home.region, home.facility).on_device(device, &label);
    web.log(&mut tx, &done).await?;
    tx.commit().await?;
    let to = if act == Act::Confirm { format!("/devices/{device}") } else { format!("/facilities/{}/pending", home.facility) };
    Ok(Redirect::to(&to).into_response())
}
