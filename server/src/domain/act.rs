//! The one entrance for acts. What a person may decide about a device, and from where: whatever is not listed here is no way to
//! go. Every act of a person, the operator or the collector is a `Done`, written to the log in the transaction that does it.

mod done;
mod what;

pub use done::{Actor, Done, Object, Words, training_object};
pub use what::What;

use super::device::Standing;

/// A person's decision on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// 確認: it is ours and in use; also ends 再確認待ち and 複製の疑い.
    Confirm,
    /// 断る: it is not let in.
    Refuse,
    /// 紛失: its check-ins are evidence from now on.
    MarkLost,
    /// 発見: a lost one is back in the right hands.
    Reclaim,
    /// 廃止: out of use for good.
    Retire,
}

/// An act that is not possible from where the device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a device that is {} cannot be the object of {act:?}", .from.as_str())]
pub struct InvalidTransition {
    /// How it stands.
    pub from: Standing,
    /// What was asked.
    pub act: Act,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 5] = [Self::Confirm, Self::Refuse, Self::MarkLost, Self::Reclaim, Self::Retire];

    /// From where it is possible.
    pub const fn from(self) -> &'static [Standing] {
        match self {
            Self::Confirm | Self::Refuse => &[Standing::Pending, Standing::Reconfirm, Standing::Copied],
            Self::MarkLost => &[Standing::Pending, Standing::Active, Standing::Copied, Standing::Reconfirm],
            Self::Reclaim => &[Standing::Lost],
            Self::Retire => &[Standing::Pending, Standing::Active, Standing::Lost, Standing::Copied, Standing::Reconfirm],
        }
    }

    /// Where it leads.
    pub const fn to(self) -> Standing {
        match self {
            Self::Confirm | Self::Reclaim => Standing::Active,
            Self::Refuse => Standing::Refused,
            Self::MarkLost => Standing::Lost,
            Self::Retire => Standing::Retired,
        }
    }
}

impl Standing {
    /// How a device stands after a person's act.
    pub fn after(self, act: Act) -> Result<Self, InvalidTransition> {
        if act.from().contains(&self) { Ok(act.to()) } else { Err(InvalidTransition { from: self, act }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_use_stays_so_whatever_is_asked() {
        for from in [Standing::Retired, Standing::Refused] {
            for act in Act::ALL {
                assert_eq!(from.after(act), Err(InvalidTransition { from, act }));
            }
        }
    }

    #[test]
    fn a_lost_device_comes_back_only_by_being_reclaimed_and_no_act_leads_where_it_began() {
        for act in Act::ALL {
            let lost = Standing::Lost.after(act);
            assert_eq!(lost.is_ok(), matches!(act, Act::Reclaim | Act::Retire), "{act:?}");
            assert!(!act.from().contains(&act.to()), "{act:?}");
        }
    }

    #[test]
    fn whatever_is_held_for_a_person_can_be_decided() {
        for held in [Standing::Pending, Standing::Reconfirm, Standing::Copied] {
            assert_eq!(held.after(Act::Confirm), Ok(Standing::Active));
            assert_eq!(held.after(Act::Retire), Ok(Standing::Retired));
        }
    }
}
