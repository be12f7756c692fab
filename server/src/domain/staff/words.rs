//! The words of the list: states, acts and the items of the checklists, each with its stored word and the key of its name on screen. A
//! word, once stored, never changes its meaning.

use crate::domain::worded::words;

words!(
    /// How somebody stands.
    State {
        /// 利用準備中: the joiner's checklist is open.
        Joining = "joining", "staff-state-joining";
        /// 利用中.
        InUse = "in_use", "staff-state-in-use";
        /// 離職手続中: the leaver's checklist is open.
        Leaving = "leaving", "staff-state-leaving";
        /// 手続済み: has left, and nothing is open.
        Left = "left", "staff-state-left";
        /// 名簿から消去: was on the list by mistake, or has left and is to be forgotten.
        Removed = "removed", "staff-state-removed";
    }
);

words!(
    /// What is done.
    Act {
        /// 登録する.
        Register = "register", "staff-act-register";
        /// 登録内容を直す.
        Correct = "correct", "staff-act-correct";
        /// 誓約を記録する.
        Pledge = "pledge", "staff-act-pledge";
        /// 誓約の記録を取り消す.
        Unpledge = "unpledge", "staff-act-unpledge";
        /// 受講を記録する.
        Train = "train", "staff-act-train";
        /// 受講の記録を取り消す.
        Untrain = "untrain", "staff-act-untrain";
        /// パスワードの変更日の申告を記録する.
        Declare = "declare", "staff-act-declare";
        /// 利用を始める.
        Begin = "begin", "staff-act-begin";
        /// 離職・担当外の手続きを始める.
        Leave = "leave", "staff-act-leave";
        /// 離職・担当外の手続きを取りやめる.
        Stay = "stay", "staff-act-stay";
        /// 離職時に済ませたことを記録する.
        Clear = "clear", "staff-act-clear";
        /// 誤って登録したものを取り消す.
        Remove = "remove", "staff-act-remove";
        /// 離れた人の氏名などを消去する.
        Forget = "forget", "staff-act-forget";
    }
);

words!(
    /// What somebody needs before they use the network.
    JoinItem {
        /// A pledge of the edition that is signed now (§17).
        Pledge = "pledge", "staff-item-pledge";
        /// A training that is not too old (§17).
        Training = "training", "staff-item-training";
        /// An ID of their own (§19-3).
        McsId = "mcs_id", "staff-item-mcs-id";
    }
);

words!(
    /// What is to be done when somebody leaves.
    LeaveItem {
        /// Deleted from the network's staff, and out of its groups (§16-5, 留1-2).
        Membership = "membership", "staff-item-membership";
        /// Lent devices are back, and wiped before they go on (留3-7, §20-9).
        Devices = "devices", "staff-item-devices";
        /// Accounts and links of this system have ended.
        Accounts = "accounts", "staff-item-accounts";
    }
);

impl State {
    /// Whether the person uses the network, or is about to.
    pub const fn is_present(self) -> bool {
        match self {
            Self::Joining | Self::InUse => true,
            Self::Leaving | Self::Left | Self::Removed => false,
        }
    }

    /// Whether nothing more is to be done.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Left | Self::Removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_for_itself_alone() {
        assert!(State::ALL.iter().all(|&state| State::from_word(state.as_str()) == Some(state)));
        assert!(Act::ALL.iter().all(|&act| Act::from_word(act.as_str()) == Some(act)));
        assert!(LeaveItem::ALL.iter().all(|&item| LeaveItem::from_word(item.as_str()) == Some(item)));
    }
}
