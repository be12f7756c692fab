//! Losses (留3-10) that nobody reported on a page: by the operator at the collector's machine, or by the clock. Each goes on as an incident
//! in the transaction of what it is about, and those in charge are told; what happened is still to be told there.

use anyhow::Context as _;
use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;

use crate::domain::act::{Actor, Done, What};
use crate::domain::ids::{DeviceId, PaperId};
use crate::domain::mail::{Kind as Mail, Letter, Link, Recipients};
use crate::domain::paper::{Kind, Wish};
use crate::domain::people::Role;
use crate::random::Random;
use crate::store::belonging::Home;
use crate::store::paper::{self, NewPaper};
use crate::store::{Tx, log, mail};
use crate::words::Text;

/// What is known where the operator says it.
pub(crate) const BY_OPERATOR: Text = Text::new("loss-by-operator");

/// What is gone, and who says so.
#[derive(Debug)]
pub(crate) struct Gone<'a> {
    /// The device, where the ledger knows it.
    pub device: Option<DeviceId>,
    /// What is known of it.
    pub why: &'a Text,
    /// The operator, or the collector's clock.
    pub by: Actor,
    /// Where that was noted, as the log says it.
    pub from: &'a str,
}

/// Opens an incident about it, unless one is open that is about this loss; the new one.
pub(crate) async fn report_loss(
    tx: &mut Tx,
    (random, now): (&Random, Timestamp),
    home: Home,
    gone: &Gone<'_>,
) -> anyhow::Result<Option<PaperId>> {
    let (region, facility, device) = (home.region, home.facility, gone.device);
    if let Some(device) = device
        && paper::find_incident_of_loss(tx, facility, device).await?.is_some()
    {
        return Ok(None);
    }
    // Papers are kept in the regulation's language.
    let words = |text: &Text| text.in_lang(Lang::Japanese);
    let who = Actor::label(&gone.by.to_word()).context("people with an account report on a page")?;
    let wish = Wish::loss(words(&who), device, &words(gone.why), now)?;
    let (id, kind, by) = (PaperId::new(random.uuid(now)), Kind::Incident, gone.by);
    let (applicant, exception, own_hash, wish) = (None, None, None, &wish);
    let number = paper::insert(tx, &NewPaper { id, region, facility, kind, wish, applicant, exception, own_hash, by, at: now }).await?;
    let done = Done::by(by, What::PaperFiled, now).at_facility(region, facility).on_paper(id, number);
    log::write(tx, random, &done.noting(format!("kind={} from={}", kind.as_str(), gone.from))).await?;
    for to in [Recipients::Facility(facility, Role::IN_CHARGE), Recipients::Secretariat(region)] {
        let letter = Letter::new(Mail::IncidentReported, to, Link::Page(format!("/papers/{id}"))).once(format!("{id} 0"));
        mail::queue(tx, (random, now), &letter).await?;
    }
    Ok(Some(id))
}
