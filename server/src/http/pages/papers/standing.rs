//! How a paper stands, in the words of whoever filed it without an account: what that means for them, and what is asked of them next.

use hashimori_shared::time::Timestamp;

use crate::domain::paper::{Act, Kind, Paper, State};
use crate::words::Text;

pub(super) fn told(paper: &Paper, excepted: bool, now: Timestamp) -> Text {
    match paper.state {
        State::Filed => Text::new("application-filed"),
        State::SentBack => Text::new("application-sent-back"),
        State::Refused => Text::new("application-refused"),
        State::Withdrawn => Text::new("application-withdrawn"),
        State::InUse if now < paper.period.from => Text::new("application-not-yet").with("from", Text::Day(paper.period.from)),
        State::InUse if paper.period.until <= now => Text::new("application-over"),
        State::InUse => Text::new("application-in-use"),
        State::Revoked => Text::new("application-revoked"),
        State::Exempt if excepted => Text::new("application-exempt"),
        State::Exempt => Text::new("application-exempt-over"),
        State::Reported => Text::new("application-reported"),
        State::Open => Text::new("application-open"),
        State::Dismissed => Text::new("application-dismissed"),
        State::Closed if paper.kind == Kind::Incident => Text::new("application-incident-closed"),
        State::Closed => Text::new("application-closed"),
        // What nobody files without an account: its own word has to do.
        State::Approved
        | State::Out
        | State::Extending
        | State::Planned
        | State::Wiped
        | State::WipeConfirmed
        | State::Returned
        | State::Lost
        | State::Issued
        | State::Answered
        | State::Escalated
        | State::Restricted
        | State::Kept => Text::new(paper.state.key()),
    }
}

/// The decision by which it stands so, and the key of what was said with it.
pub(super) const fn decided(state: State) -> Option<(Act, &'static str)> {
    match state {
        State::InUse => Some((Act::Approve, "application-condition")),
        State::SentBack => Some((Act::SendBack, "people-why")),
        State::Refused => Some((Act::Refuse, "people-why")),
        State::Revoked => Some((Act::Revoke, "people-why")),
        State::Dismissed => Some((Act::Dismiss, "people-why")),
        State::Filed
        | State::Withdrawn
        | State::Exempt
        | State::Reported
        | State::Open
        | State::Closed
        | State::Approved
        | State::Out
        | State::Extending
        | State::Planned
        | State::Wiped
        | State::WipeConfirmed
        | State::Returned
        | State::Lost
        | State::Issued
        | State::Answered
        | State::Escalated
        | State::Restricted
        | State::Kept => None,
    }
}
