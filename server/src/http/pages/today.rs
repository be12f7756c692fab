//! 今日の対応: what needs a hand, gathered from providers, each a small keyed query or arithmetic over roll-ups.
//! Another kind of thing to do is another provider here, a `todo::Kind`, and a sentence.

use std::collections::BTreeMap;

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::time::{DAY, Timestamp};
use hashimori_shared::verdict::State;

use super::guard::{Here, Who};
use super::live::{OfFacility, OfRegion, Shown};
use super::membership::closed;
use super::sign_in::encode;
use super::visit::Visitor;
use super::{PageError, Web, live, notices, own_rules, page, shell, staff};
use crate::domain::calendar;
use crate::domain::device::Standing;
use crate::domain::membership::Doing;
use crate::domain::paper::{Kind as PaperKind, State as PaperState};
use crate::domain::people::Scope;
use crate::domain::reading::Reading;
use crate::domain::self_check::counts_since;
use crate::domain::summary::Summary;
use crate::domain::todo::{Kind, Todo, in_order};
use crate::store::belonging::Home;
use crate::store::disaster::let_in;
use crate::store::facility::Facility;
use crate::store::log::ChainState;
use crate::store::region::Region;
use crate::store::{alert, disaster, facility, ledger, paper, rollup, self_check};
use crate::views::{Moment, Place, TodayPage, TodoLine};
use crate::words::Text;

/// A backup that is older deserves a hand: it is made daily.
const BACKUP_S: i64 = DAY + 6 * 3600;
/// Days after which 災害時特例 is to be drilled again, where it was not used either.
const DRILL_DAYS: i64 = 366;
/// Days within which a new facility writes its first 検討記録 and 自己点検票.
const RECORDS_WITHIN_DAYS: i64 = 90;

/// What the page looks at: keys.
const LOOKED: &[&str] = &[
    "today-looked-papers",
    "today-looked-custody",
    "today-looked-enrolment",
    "today-looked-clauses",
    "today-looked-silence",
    "today-looked-answers",
    "today-looked-staff",
];

/// `GET /facilities/{facility}/today`
pub(super) async fn show_today(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    shown: Shown,
) -> Result<Response, PageError> {
    let (notices, unconfirmed) = notices::unconfirmed(&web, home, &person).await?;
    let seen = OfFacility::read(&web, home).await?;
    let revision = live::and(&seen.revision(), &unconfirmed);
    if let Some(unchanged) = shown.unchanged(&revision) {
        return Ok(unchanged);
    }
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let now = web.now();
    let sum = seen.sum(&web);
    let open = alert::count_open(&web.store, rollup::Scope::Facility(home.facility)).await?;
    let mut todos = from_custody(&open, &sum, |reading| listed(home, &format!("is={}", reading.as_str())));
    todos.extend(from_standings(home, &sum));
    todos.extend(from_silence(home, &sum, ledger::count_by_hand(&web.store, home.facility).await?));
    todos.extend(from_papers(&web, home).await?);
    todos.extend(from_records(&web, &facility, home).await?);
    todos.extend(from_clauses(&web, home, &seen.clauses));
    todos.extend(from_answers(&web, home).await?);
    todos.extend(staff::todos(&web, home).await?);
    let clear = let_in::count_due(&web.store, home.facility, now).await?;
    todos.push(Todo::new(Kind::DisasterClear, clear, format!("/facilities/{}/disaster/let-in", home.facility)));
    let waiting = [Reading::Lost, Reading::Copied, Reading::Pending, Reading::Reconfirm].map(|reading| sum.counts.of(reading));
    page(&TodayPage {
        shell: shell(Text::new("today-title"), &visitor, Some(&person)).live(revision),
        facility: Place { id: facility.id.to_string(), name: facility.name },
        closed: closed(&web, home, Doing::Begin).await?,
        in_region: matches!(person.scope, Scope::Region(_)),
        notices,
        todos: lines(&web, todos, false),
        devices: sum.counts.all() - waiting.iter().sum::<i64>(),
        known: sum.counts.all(),
        at: Moment::new(now, now),
        looked: LOOKED,
    })
}

fn lines(web: &Web, todos: Vec<Todo>, region: bool) -> Vec<TodoLine> {
    in_order(todos).into_iter().map(|todo| TodoLine::of(todo, &web.pack, web.now(), region)).collect()
}

fn listed(home: Home, query: &str) -> String {
    format!("/facilities/{}/devices?{query}", home.facility)
}

/// Lost devices that were in contact and nobody has looked, and possible copies until somebody has decided on them, looked or not;
/// `link` leads to the devices or facilities that are so.
fn from_custody(open: &[alert::OpenCount], sum: &Summary, link: impl Fn(Reading) -> String) -> Vec<Todo> {
    let of = |kind: alert::Kind| open.iter().find(|count| count.kind == kind);
    let (lost, copied) = (of(alert::Kind::LostSeen), of(alert::Kind::Copied));
    let todo = |kind, devices, reading, count: Option<&alert::OpenCount>| Todo {
        since: count.map(|count| count.first_at),
        ..Todo::new(kind, devices, link(reading))
    };
    vec![
        todo(Kind::LostSeen, lost.map_or(0, |count| count.devices), Reading::Lost, lost),
        todo(Kind::Copied, sum.counts.of(Reading::Copied), Reading::Copied, copied),
    ]
}

/// Devices that wait for a person's decision.
fn from_standings(home: Home, sum: &Summary) -> Vec<Todo> {
    let pending = format!("/facilities/{}/pending", home.facility);
    vec![
        Todo::new(Kind::Reconfirm, sum.counts.of(Reading::Reconfirm), pending.clone()),
        Todo::new(Kind::Pending, sum.counts.of(Reading::Pending), pending),
    ]
}

/// Papers with which something is to be done; what is overdue is so by the clock, whether anybody looked or not.
async fn from_papers(web: &Web, home: Home) -> Result<Vec<Todo>, PageError> {
    let mut sums: BTreeMap<Kind, Todo> = BTreeMap::new();
    for open in paper::count_open(&web.store, home.facility, web.now()).await? {
        let (kind, is) = match (open.state, open.over) {
            (PaperState::Issued, true) => (Kind::GuidanceOverdue, "over&kind=guidance"),
            (PaperState::Issued, false) => (Kind::GuidanceToAnswer, "open&kind=guidance"),
            (PaperState::Escalated, _) => (Kind::GuidanceEscalated, "open&kind=guidance"),
            (PaperState::Kept, over) if over || open.ends_soon => (Kind::RecordDue, "open"),
            (PaperState::Out | PaperState::Extending, true) => (Kind::TakeOutOverdue, "over"),
            (PaperState::Exempt, true) if open.kind == PaperKind::TakeOut => (Kind::TakeOutOverdue, "over"),
            (PaperState::Filed | PaperState::Extending, _) => (Kind::PaperToDecide, "open"),
            (PaperState::InUse, true) => (Kind::PersonalUseOver, "over"),
            (PaperState::Revoked, _) => (Kind::PersonalUseOver, "open"),
            (PaperState::InUse, false) if open.ends_soon => (Kind::PersonalUseEnds, "open"),
            (PaperState::Reported, _) => (Kind::IncidentReported, "open"),
            (PaperState::Open, _) => (Kind::IncidentOpen, "open"),
            (PaperState::Wiped, _) => (Kind::WipeToCheck, "open"),
            (PaperState::Returned, _) => (Kind::ReturnToCheck, "open"),
            (
                PaperState::Planned
                | PaperState::Answered
                | PaperState::Restricted
                | PaperState::Kept
                | PaperState::WipeConfirmed
                | PaperState::SentBack
                | PaperState::Approved
                | PaperState::Out
                | PaperState::InUse
                | PaperState::Exempt
                | PaperState::Refused
                | PaperState::Withdrawn
                | PaperState::Dismissed
                | PaperState::Closed
                | PaperState::Lost,
                _,
            ) => continue,
        };
        let link = format!("/facilities/{}/papers?is={is}", home.facility);
        let todo = sums.entry(kind).or_insert_with(|| Todo { since: Some(open.since), ..Todo::new(kind, 0, link) });
        todo.count += open.papers;
        todo.since = todo.since.min(Some(open.since));
    }
    Ok(sums.into_values().collect())
}

/// Records that every facility writes and this one never has, once it has been here for a while.
async fn from_records(web: &Web, facility: &Facility, home: Home) -> Result<Option<Todo>, PageError> {
    let due = facility.created_at.plus_days(RECORDS_WITHIN_DAYS);
    if web.now() < due {
        return Ok(None);
    }
    let records: Vec<PaperKind> = PaperKind::ALL.iter().copied().filter(|kind| kind.is_record()).collect();
    let never = paper::list_never_filed(&web.store, home.facility, &records).await?;
    let Some(first) = never.first() else { return Ok(None) };
    let link = format!("/facilities/{}/papers/new?kind={}", home.facility, first.as_str());
    let count = i64::try_from(never.len()).unwrap_or(i64::MAX);
    Ok(Some(Todo { since: Some(due), ..Todo::new(Kind::RecordMissing, count, link) }))
}

/// Devices in use that are silent; nobody waits to hear of those that were written in by hand.
fn from_silence(home: Home, sum: &Summary, by_hand: i64) -> Vec<Todo> {
    vec![
        Todo::new(Kind::Silent, sum.silence.stale + sum.silence.long, listed(home, "is=silent")),
        Todo::new(Kind::NeverSeen, (sum.silence.never - by_hand).max(0), listed(home, "is=never")),
    ]
}

/// Devices in use, clause by clause.
fn from_clauses(web: &Web, home: Home, counts: &[rollup::ClauseCount]) -> Vec<Todo> {
    let mut todos = Vec::new();
    for clause in web.pack.device_clauses() {
        for count in counts.iter().filter(|c| c.clause == clause.id && c.standing == Standing::Active) {
            let (kind, reading) = match count.state {
                State::NonCompliant => (Kind::NonCompliant, Reading::NonCompliant),
                State::Unknown => (Kind::Unknown, Reading::Unknown),
                State::Stale => (Kind::Stale, Reading::Stale),
                // What only a person can answer is asked for as a whole; a recommendation is no duty.
                State::NotApplicable | State::Compliant | State::RecommendationUnmet | State::AwaitingDeclaration => continue,
            };
            let link = listed(home, &format!("is={}&clause={}", reading.as_str(), encode(&clause.id)));
            todos.push(Todo { clause: Some(clause.id.clone()), ..Todo::new(kind, count.devices, link) });
        }
    }
    todos
}

/// Devices for which nobody has answered within the pack's time.
async fn from_answers(web: &Web, home: Home) -> Result<Vec<Todo>, PageError> {
    let since = counts_since(&own_rules::pack_at(web, home).await?.parameters().attestation, web.now());
    let due = self_check::count_due(&web.store, home.facility, since).await?;
    Ok(vec![Todo::new(Kind::SelfCheckDue, due, format!("/facilities/{}/self-check", home.facility))])
}

/// What needs the 事務局's hand; what facilities have to do themselves stands in the list of facilities.
pub(super) async fn of_region(web: &Web, region: &Region, (sum, seen): (&Summary, &OfRegion)) -> Result<Vec<TodoLine>, PageError> {
    let mut todos = from_custody(&seen.alerts, sum, |reading| format!("/?state={}", reading.as_str()));
    let (incidents, since) = seen.incidents;
    todos.push(Todo { since, ..Todo::new(Kind::IncidentOpen, incidents, "/incidents") });
    let (waiting, since) = seen.decisions;
    todos.push(Todo { since, ..Todo::new(Kind::PaperToDecide, waiting, "/decisions") });
    todos.push(Todo::new(Kind::Reconfirm, sum.counts.of(Reading::Reconfirm), "/?state=reconfirm"));
    todos.push(Todo::new(Kind::Silent, sum.silence.long, "/?state=silent"));
    todos.extend(from_measures(&seen.measures));
    todos.extend(from_disaster(web, region).await?);
    todos.extend(from_intakes(seen));
    todos.extend(from_collector(web, region.created_at, seen));
    Ok(lines(web, todos, true))
}

/// 注意・指導 and 利用制限: what facilities have not answered in time stands here too.
fn from_measures(open: &[paper::OpenCount]) -> Vec<Todo> {
    let mut todos = Vec::new();
    for open in open {
        let kind = if open.state == PaperState::Escalated {
            Kind::GuidanceEscalated
        } else if open.state == PaperState::Answered {
            Kind::GuidanceToCheck
        } else if open.state == PaperState::Issued && open.over {
            Kind::GuidanceOverdue
        } else if open.state == PaperState::Restricted && open.over {
            Kind::RestrictionOver
        } else {
            continue;
        };
        todos.push(Todo { since: Some(open.since), ..Todo::new(kind, open.papers, "/measures") });
    }
    todos
}

/// 仮発動 that wait for an answer, what nobody cleared within the pack's days, and the yearly drill.
async fn from_disaster(web: &Web, region: &Region) -> Result<Vec<Todo>, PageError> {
    let (now, days) = (web.now(), web.pack.parameters().disaster.clear_days);
    let waiting = disaster::count_waiting(&web.store, region.id, now).await?;
    let drill = disaster::newest_began(&web.store, region.id).await?.unwrap_or(region.created_at).plus_days(DRILL_DAYS);
    let (overdue, since) = let_in::count_overdue(&web.store, region.id, (now.plus_days(-i64::from(days)), now)).await?;
    Ok(vec![
        Todo::new(Kind::DisasterWaiting, waiting, "/disaster"),
        Todo { since, ..Todo::new(Kind::DisasterOverdue, overdue, "/disaster") },
        Todo { since: Some(drill), ..Todo::new(Kind::DrillDue, i64::from(drill <= now), "/disaster") },
    ])
}

/// Applications, and facilities whose last day has come (§11).
fn from_intakes(seen: &OfRegion) -> [Todo; 2] {
    let ((applied, since), leaving) = seen.intakes;
    [
        Todo { since, ..Todo::new(Kind::IntakeWaiting, applied, "/intakes?is=applied") },
        Todo::new(Kind::LeavingDue, leaving, "/intakes?is=leaving"),
    ]
}

/// What the collector itself needs: the log's chain, a backup, the issuing CA.
fn from_collector(web: &Web, region_since: Timestamp, seen: &OfRegion) -> Vec<Todo> {
    let (now, mut todos) = (web.now(), Vec::new());
    if let ChainState::Broken { at, .. } = seen.chain {
        todos.push(Todo { since: Some(at), ..Todo::new(Kind::LogBroken, 1, "/log") });
    }
    // A collector that has just begun has none yet.
    let newest = seen.backups.1.as_ref().map_or(region_since, |made| made.at);
    if now.seconds_since(newest) > BACKUP_S {
        todos.push(Todo { since: Some(newest), ..Todo::new(Kind::BackupOld, 1, "/log?act=backup_made") });
    }
    if web.settings.mail && calendar::runs_out(now).is_some() {
        todos.push(Todo::new(Kind::HolidaysEnd, 1, "/letters"));
    }
    let authority = web.pki.authority();
    if authority.issuing_runs_out(now) && !authority.root_key_here {
        todos.push(Todo::new(Kind::AuthorityEnds, 1, "/log?act=authority_rotated"));
    }
    todos
}
