//! A stored verdict in another language than the Japanese in which it is stored: the same report is judged again with what the ledger held
//! then. Only words may be taken from it: state and evidence are always the stored ones.

use hashimori_shared::lang::Lang;
use hashimori_shared::report::Report;
use hashimori_shared::verdict::Verdict;

use crate::domain::judge::{Own, Subject};
use crate::rules::RuleBook;
use crate::store::device::Device;
use crate::store::device_state::Present;
use crate::store::{Error, Store, self_check};

/// The verdict once more in `lang`; `own`: the facility's rules that it was made with. `None`: the stored words are in it already, or another
/// edition of the rules is in force by now.
pub(crate) async fn retold(
    store: &Store,
    book: &RuleBook,
    device: &Device,
    (present, report, own): (&Present, &Report, Option<&Own>),
    lang: Lang,
) -> Result<Option<Verdict>, Error> {
    if lang.is_japanese() {
        return Ok(None);
    }
    let attestations = self_check::find_said(store, device.facility, device.n, present.judged_at).await?;
    let (ownership, class, stored) = (device.ownership, device.class, &present.verdict);
    let subject = Subject { report, attestations: &attestations, pack: &stored.pack, own, ownership, class };
    let again = book.judge_in(subject, present.judged_at, lang);
    let same_rules = again.pack_revision == stored.pack_revision && again.catalogues == stored.catalogues;
    Ok(Some(again).filter(|_| same_rules))
}
