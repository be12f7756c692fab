//! The words of membership, each with its stored word and the key of its name on screen. A word, once stored, never changes its
//! meaning.

use crate::domain::worded::words;

words!(
    /// How a facility stands in the network.
    State {
        /// 申込: its forms have come in, not all of them perhaps.
        Applied = "applied", "member-state-applied";
        /// 差戻し: to apply again.
        SentBack = "sent_back", "member-state-sent-back";
        /// 登録しない.
        Declined = "declined", "member-state-declined";
        /// 利用中.
        In = "in", "member-state-in";
        /// 利用停止.
        Suspended = "suspended", "member-state-suspended";
        /// 退会手続中.
        Leaving = "leaving", "member-state-leaving";
        /// 退会.
        Left = "left", "member-state-left";
        /// 退会, and its people's data are erased.
        Erased = "erased", "member-state-erased";
    }
);

words!(
    /// What is done with a membership.
    Act {
        /// 申込を受け付ける.
        Apply = "apply", "member-act-apply";
        /// 申込を受け付ける, again after it was sent back.
        ApplyAgain = "apply_again", "member-act-apply-again";
        /// 登録事項を改める.
        Amend = "amend", "member-act-amend";
        /// 差し戻す.
        SendBack = "send_back", "member-act-send-back";
        /// 登録しない.
        Decline = "decline", "member-act-decline";
        /// 登録する.
        TakeIn = "take_in", "member-act-take-in";
        /// 利用を停止する.
        Suspend = "suspend", "member-act-suspend";
        /// 利用を再開する.
        Resume = "resume", "member-act-resume";
        /// 退会の手続きを始める.
        BeginLeaving = "begin_leaving", "member-act-begin-leaving";
        /// 退会を取りやめる.
        StayOn = "stay_on", "member-act-stay-on";
        /// 書き出した記録を引き渡す.
        HandOver = "hand_over", "member-act-hand-over";
        /// 退会とする.
        Leave = "leave", "member-act-leave";
        /// 個人情報を消去する: the collector's.
        Erase = "erase", "member-act-erase";
    }
);

words!(
    /// What kind of facility it is.
    Kind {
        /// 病院.
        Hospital = "hospital", "member-kind-hospital";
        /// 診療所.
        Clinic = "clinic", "member-kind-clinic";
        /// 歯科診療所.
        Dental = "dental", "member-kind-dental";
        /// 薬局.
        Pharmacy = "pharmacy", "member-kind-pharmacy";
        /// 訪問看護.
        HomeNursing = "home_nursing", "member-kind-home-nursing";
        /// 居宅介護支援.
        CareManagement = "care_management", "member-kind-care-management";
        /// 訪問介護.
        HomeHelp = "home_help", "member-kind-home-help";
        /// 通所介護など.
        DayCare = "day_care", "member-kind-day-care";
        /// 介護施設など.
        CareHome = "care_home", "member-kind-care-home";
        /// 地域包括支援センターなど.
        SupportCentre = "support_centre", "member-kind-support-centre";
        /// その他.
        Other = "other", "member-kind-other";
        /// Taken in before kinds were asked for.
        Unstated = "unstated", "member-kind-unstated";
    }
);

words!(
    /// Where it stands (§8).
    Seat {
        /// 圏内 (§8-1).
        Inside = "inside", "member-seat-inside";
        /// 圏外, tied to the region (§8-2).
        Outside = "outside", "member-seat-outside";
    }
);

impl State {
    /// Whether its devices and people are the region's to look after.
    pub const fn takes_part(self) -> bool {
        match self {
            Self::In | Self::Suspended | Self::Leaving => true,
            Self::Applied | Self::SentBack | Self::Declined | Self::Left | Self::Erased => false,
        }
    }

    /// Whether nothing more is to be done with it.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Declined | Self::Erased => true,
            Self::Applied | Self::SentBack | Self::In | Self::Suspended | Self::Leaving | Self::Left => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_for_itself_alone() {
        assert!(State::ALL.iter().all(|&state| State::from_word(state.as_str()) == Some(state)));
        assert!(Act::ALL.iter().all(|&act| Act::from_word(act.as_str()) == Some(act)));
        assert!(Kind::ALL.iter().all(|&kind| Kind::from_word(kind.as_str()) == Some(kind)));
        assert!(Seat::ALL.iter().all(|&seat| Seat::from_word(seat.as_str()) == Some(seat)));
    }
}
