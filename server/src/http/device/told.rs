//! The verdict of an answer in the language that the device asked for. The writer knows of Japanese alone: another language is put into
//! words here, after the check-in is durable, and only where the device does not hold the verdict in that language yet.

use hashimori_shared::checkin::VerdictSummary;
use hashimori_shared::ids::VerdictDigest;
use hashimori_shared::lang::Lang;
use hashimori_shared::report::parse_report;
use hashimori_shared::verdict::{Evidence, State, Verdict};

use crate::app::App;
use crate::domain::device::DeviceN;
use crate::retold::retold;
use crate::store::{Error, device, device_state, own_rules};

/// What the answer says of the verdict.
pub(super) struct Told {
    pub(super) verdict: Option<VerdictSummary>,
    /// Its name, where that is not the digest of its bytes.
    pub(super) digest: Option<VerdictDigest>,
    pub(super) lang: Lang,
}

/// By what name the verdict that a device holds in `lang` is stored.
pub(super) fn stored(app: &App, held: VerdictDigest, lang: Lang) -> VerdictDigest {
    if lang.is_japanese() { held } else { held.told_in(lang, app.rules.book().revision()) }
}

impl Told {
    /// Of this device, in `lang` as far as the words are to be had. What cannot be told in it is told in Japanese, and in the language
    /// asked for as soon as it can.
    pub(super) async fn of(app: &App, device: DeviceN, japanese: Option<VerdictSummary>, lang: Lang) -> Self {
        if lang.is_japanese() || japanese.is_none() {
            return Self { verdict: japanese, digest: None, lang };
        }
        match again(app, device, lang).await {
            Ok(Some((verdict, digest))) => Self { verdict: Some(verdict), digest: Some(digest), lang },
            Ok(None) => Self { verdict: japanese, digest: None, lang: Lang::Japanese },
            Err(error) => {
                tracing::warn!(%error, device = device.0, "a verdict could not be told in the language asked for");
                Self { verdict: japanese, digest: None, lang: Lang::Japanese }
            }
        }
    }
}

/// The present verdict in `lang` and its name; `None` where judging again comes to another than the stored one.
async fn again(app: &App, n: DeviceN, lang: Lang) -> Result<Option<(VerdictSummary, VerdictDigest)>, Error> {
    let Some(device) = device::find_by_n(app.store.read(), n).await? else { return Ok(None) };
    let Some(present) = device_state::find(&app.store, device.facility, n).await? else { return Ok(None) };
    let Ok(report) = parse_report(&present.report) else { return Ok(None) };
    let own = match present.verdict.own_rules.as_ref().and_then(|id| id.parse().ok()) {
        Some(filing) => own_rules::find(&app.store, device.facility, filing).await?,
        None => None,
    };
    let book = app.rules.book();
    let of = (&present, &report, own.as_ref().map(|(_, own)| own));
    let again = retold(&app.store, &book, &device, of, lang).await?;
    let again = again.filter(|again| states(again).eq(states(&present.verdict)));
    Ok(again.map(|again| (book.summarise_in(&again, lang), present.digest.told_in(lang, book.revision()))))
}

/// All of a verdict but its words.
fn states(verdict: &Verdict) -> impl Iterator<Item = (&str, State, Option<Evidence>)> {
    let headline = std::iter::once(("", verdict.headline, None));
    headline.chain(verdict.clauses.iter().flat_map(|clause| {
        let checks = clause.checks.iter().map(|check| (check.id.as_str(), check.state, check.evidence));
        std::iter::once((clause.clause.as_str(), clause.state, clause.evidence)).chain(checks)
    }))
}
