//! Letters about a step with a paper, queued in the transaction that takes it. They name nobody and no device: what it is about is read
//! behind the link, by whoever may.

use super::{Staff, hand, measures};
use crate::domain::ids::PaperId;
use crate::domain::mail::{Kind as Mail, Letter, Link, Recipients};
use crate::domain::paper::{Act, Applicant, Kind, State, Tells, asked, may_approve};
use crate::domain::people::{Person, Role};
use crate::http::pages::{PageError, Web};
use crate::store::belonging::Home;
use crate::store::{Tx, mail, paper};

/// A step that was taken.
pub(super) struct Taken<'a> {
    pub paper: PaperId,
    pub kind: Kind,
    /// Its number in the paper's history.
    pub n: i64,
    pub act: Act,
    pub to: State,
    pub applicant: &'a Applicant,
    /// Who took it; `None`: somebody without an account.
    pub by: Option<&'a Person>,
}

/// Queues what a step tells.
pub(super) async fn tell(web: &Web, tx: &mut Tx, home: Home, staff: &Staff, step: &Taken<'_>) -> Result<(), PageError> {
    match step.kind {
        Kind::Guidance | Kind::Restriction => return measures::tell(web, tx, home, (step.kind, step.act), step.paper).await,
        // They stay with whoever writes them.
        Kind::Consideration | Kind::FacilityCheck => return Ok(()),
        Kind::TakeOut | Kind::PersonalDevice | Kind::HandOver | Kind::Incident => {}
    }
    match step.act.tells(step.to) {
        Tells::Approvers(kind) => ask(web, tx, home, staff, (step, kind)).await,
        Tells::Applicant(kind) => match step.applicant.person.filter(|id| step.by.is_none_or(|by| by.id != *id)) {
            Some(person) => queue(web, tx, (step, kind), Recipients::Person(person)).await.map(drop),
            None => tell_applicant(web, tx, (step, kind)).await,
        },
        Tells::Everybody(kind) => {
            queue(web, tx, (step, kind), Recipients::Facility(home.facility, Role::IN_CHARGE)).await?;
            queue(web, tx, (step, kind), Recipients::Secretariat(home.region)).await.map(drop)
        }
        Tells::Nobody => Ok(()),
    }
}

/// Tells those in charge that an act reported many incidents: once, and leading to their list.
pub(super) async fn tell_of_many(web: &Web, tx: &mut Tx, home: Home, act: &str) -> Result<(), PageError> {
    let list = format!("/facilities/{}/papers?kind={}&is=open", home.facility, Kind::Incident.as_str());
    for (to, path) in
        [(Recipients::Facility(home.facility, Role::IN_CHARGE), list), (Recipients::Secretariat(home.region), "/incidents".to_owned())]
    {
        let letter = Letter::new(Mail::IncidentReported, to, Link::Page(path)).once(act);
        mail::queue(tx, (&web.random, web.now()), &letter).await?;
    }
    Ok(())
}

/// Asks whoever approves, unless it is they who filed it. Where none of those is reached, the facility's head is asked.
async fn ask(web: &Web, tx: &mut Tx, home: Home, staff: &Staff, (step, kind): (&Taken<'_>, Mail)) -> Result<(), PageError> {
    let around = staff.around_a((step.kind, step.applicant), None);
    if step.by.is_some_and(|by| may_approve(step.applicant, &hand(by), &around)) {
        return Ok(());
    }
    let roles = asked(&around);
    if roles == [Role::Secretariat] {
        return queue(web, tx, (step, kind), Recipients::Secretariat(home.region)).await.map(drop);
    }
    if queue(web, tx, (step, kind), Recipients::Facility(home.facility, roles)).await? == 0 {
        queue(web, tx, (step, kind), Recipients::Facility(home.facility, &[Role::Head])).await?;
    }
    Ok(())
}

/// Whoever has no account is told at the address they gave and proved, and led to their own page.
async fn tell_applicant(web: &Web, tx: &mut Tx, (step, kind): (&Taken<'_>, Mail)) -> Result<(), PageError> {
    let Some(way) = paper::find_way(&mut **tx, step.paper).await? else { return Ok(()) };
    let letter = Letter::new(kind, Recipients::Applicant(step.paper), Link::Secret(way)).once(format!("{} {}", step.paper, step.n));
    mail::queue(tx, (&web.random, web.now()), &letter).await?;
    Ok(())
}

async fn queue(web: &Web, tx: &mut Tx, (step, kind): (&Taken<'_>, Mail), to: Recipients<'_>) -> Result<usize, PageError> {
    let letter = Letter::new(kind, to, Link::Page(format!("/papers/{}", step.paper))).once(format!("{} {}", step.paper, step.n));
    Ok(mail::queue(tx, (&web.random, web.now()), &letter).await?)
}
