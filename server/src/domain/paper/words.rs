//! The words of papers: kinds, states and acts, each with its stored word and the key of its name on screen. A word, once stored,
//! never changes its meaning.

use crate::domain::worded::words;

words!(
    /// Kinds of paper.
    Kind {
        /// 持出届 (§20-8).
        TakeOut = "take_out", "paper-take-out";
        /// 個人所有機器利用申請 (§20-7, §20-13).
        PersonalDevice = "personal_device", "paper-personal-device";
        /// 引渡し・消去記録 (§20-9, 留3-7).
        HandOver = "hand_over", "paper-hand-over";
        /// 事故報告 (§16-6, 留3-10, 留3-11).
        Incident = "incident", "paper-incident";
        /// 注意・指導 (§10).
        Guidance = "guidance", "paper-guidance";
        /// 利用制限 (留2-2).
        Restriction = "restriction", "paper-restriction";
        /// 検討記録 (§20柱書, §20-10 to §20-12).
        Consideration = "consideration", "paper-consideration";
        /// 事業所の自己点検票 (§9, §18, 留2-3, 留3-1): what no device can be asked.
        FacilityCheck = "facility_check", "paper-facility-check";
    }
);

words!(
    /// How a paper stands.
    State {
        /// 届出済み: waits for an approval.
        Filed = "filed", "paper-state-filed";
        /// 差戻し: to be filled in again.
        SentBack = "sent_back", "paper-state-sent-back";
        /// 不承認.
        Refused = "refused", "paper-state-refused";
        /// 取下げ.
        Withdrawn = "withdrawn", "paper-state-withdrawn";
        /// 承認.
        Approved = "approved", "paper-state-approved";
        /// 持出中.
        Out = "out", "paper-state-out";
        /// 持出中, and a longer period waits for an approval.
        Extending = "extending", "paper-state-extending";
        /// 利用中: a personal device may be used.
        InUse = "in_use", "paper-state-in-use";
        /// 災害時特例: goes ahead without an approval, and is approved or ended afterwards (§25).
        Exempt = "exempt", "paper-state-exempt";
        /// 取消: the end of its use waits to be confirmed.
        Revoked = "revoked", "paper-state-revoked";
        /// 予定: to be wiped.
        Planned = "planned", "paper-state-planned";
        /// 消去済み: waits for somebody else to look.
        Wiped = "wiped", "paper-state-wiped";
        /// 消去確認済み: can be handed over.
        WipeConfirmed = "wipe_confirmed", "paper-state-wipe-confirmed";
        /// 報告あり: nobody has taken it up yet.
        Reported = "reported", "paper-state-reported";
        /// 対応中.
        Open = "open", "paper-state-open";
        /// 誤報.
        Dismissed = "dismissed", "paper-state-dismissed";
        /// 回答待ち: the facility has to say what it did.
        Issued = "issued", "paper-state-issued";
        /// 回答あり: waits for the 事務局 to look.
        Answered = "answered", "paper-state-answered";
        /// 協議会に上申: still to be answered.
        Escalated = "escalated", "paper-state-escalated";
        /// 制限中.
        Restricted = "restricted", "paper-state-restricted";
        /// 有効: stands until it is looked at again.
        Kept = "kept", "paper-state-kept";
        /// 返却: waits for somebody else to look.
        Returned = "returned", "paper-state-returned";
        /// 完了.
        Closed = "closed", "paper-state-closed";
        /// 紛失: went on as a loss.
        Lost = "lost", "paper-state-lost";
    }
);

words!(
    /// What is done with a paper.
    Act {
        /// 届け出る.
        File = "file", "paper-act-file";
        /// 再提出する, after it was sent back.
        FileAgain = "file_again", "paper-act-file-again";
        /// 承認する.
        Approve = "approve", "paper-act-approve";
        /// 差し戻す.
        SendBack = "send_back", "paper-act-send-back";
        /// 不承認とする.
        Refuse = "refuse", "paper-act-refuse";
        /// 取り下げる.
        Withdraw = "withdraw", "paper-act-withdraw";
        /// 災害時特例で進める.
        UseException = "use_exception", "paper-act-use-exception";
        /// 持ち出す.
        TakeOut = "take_out", "paper-act-take-out";
        /// 期限の延長を届け出る.
        AskExtension = "ask_extension", "paper-act-ask-extension";
        /// 期限の延長を承認する.
        Extend = "extend", "paper-act-extend";
        /// 期限の延長を認めない.
        KeepEnd = "keep_end", "paper-act-keep-end";
        /// 返却を記録する.
        Return = "return", "paper-act-return";
        /// 返却を確認する.
        CheckReturn = "check_return", "paper-act-check-return";
        /// 台帳の機器と結び付ける.
        LinkDevice = "link_device", "paper-act-link-device";
        /// 承認を取り消す.
        Revoke = "revoke", "paper-act-revoke";
        /// 利用の終わりを確認する.
        ConfirmEnd = "confirm_end", "paper-act-confirm-end";
        /// 消去したことを記録する.
        Wipe = "wipe", "paper-act-wipe";
        /// 消去を確認する.
        ConfirmWipe = "confirm_wipe", "paper-act-confirm-wipe";
        /// 消去をやり直す.
        WipeAgain = "wipe_again", "paper-act-wipe-again";
        /// 引き渡す.
        HandOver = "hand_over", "paper-act-hand-over";
        /// 報告を受け付ける.
        TakeUp = "take_up", "paper-act-take-up";
        /// 誤報とする.
        Dismiss = "dismiss", "paper-act-dismiss";
        /// 台帳の機器を紛失とする.
        MarkLost = "mark_lost", "paper-act-mark-lost";
        /// 回線を止める.
        SuspendLine = "suspend_line", "paper-act-suspend-line";
        /// 遠隔消去する.
        RemoteWipe = "remote_wipe", "paper-act-remote-wipe";
        /// 連絡帳のパスワード変更・利用停止.
        StopAccount = "stop_account", "paper-act-stop-account";
        /// 警察に届け出る.
        TellPolice = "tell_police", "paper-act-tell-police";
        /// 事務局に報告する.
        TellSecretariat = "tell_secretariat", "paper-act-tell-secretariat";
        /// 速報.
        ReportFirst = "report_first", "paper-act-report-first";
        /// 確報.
        ReportFull = "report_full", "paper-act-report-full";
        /// 漏えいに当たらないと判断する.
        NoLeak = "no_leak", "paper-act-no-leak";
        /// 終結する.
        CloseIncident = "close_incident", "paper-act-close-incident";
        /// 注意・指導に回答する.
        Answer = "answer", "paper-act-answer";
        /// 是正を確認する.
        Accept = "accept", "paper-act-accept";
        /// 協議会に上申する.
        Escalate = "escalate", "paper-act-escalate";
        /// 利用制限を延ばす.
        Prolong = "prolong", "paper-act-prolong";
        /// 利用制限を解除する.
        Lift = "lift", "paper-act-lift";
        /// 見直して続ける.
        Review = "review", "paper-act-review";
        /// 記録を終える.
        EndRecord = "end_record", "paper-act-end-record";
        /// 紛失とする.
        ReportLost = "report_lost", "paper-act-report-lost";
    }
);

impl State {
    /// Whether nothing more is to be done with it.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Refused | Self::Withdrawn | Self::Dismissed | Self::Closed | Self::Lost => true,
            Self::Filed
            | Self::SentBack
            | Self::Approved
            | Self::Out
            | Self::Extending
            | Self::Reported
            | Self::Open
            | Self::Exempt
            | Self::InUse
            | Self::Revoked
            | Self::Planned
            | Self::Wiped
            | Self::WipeConfirmed
            | Self::Issued
            | Self::Answered
            | Self::Escalated
            | Self::Restricted
            | Self::Kept
            | Self::Returned => false,
        }
    }

    /// Whether it waits for an approval.
    pub const fn awaits_approval(self) -> bool {
        matches!(self, Self::Filed | Self::Extending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_for_itself_alone() {
        assert!(Kind::ALL.iter().all(|&kind| Kind::from_word(kind.as_str()) == Some(kind)));
        assert!(State::ALL.iter().all(|&state| State::from_word(state.as_str()) == Some(state)));
        assert!(Act::ALL.iter().all(|&act| Act::from_word(act.as_str()) == Some(act)));
    }
}
