//! Every letter that the collector knows: its stored word, from which follow the keys of its subject and body; which values those
//! sentences take; whether it may disturb a night; for how long it is worth trying. A word, once stored, never changes its meaning.

use hashimori_shared::time::Timestamp;

use crate::domain::calendar;

/// When a letter may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// At any hour: somebody waits for it, or it warns of an act that may not have been its reader's.
    AtOnce,
    /// Within working hours.
    WorkingHours,
}

macro_rules! letters {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $haste:ident, $hours:literal, [$($value:literal),*];)+) => {
        /// What a letter is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $variant),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Key of the subject, and of its name on screen.
            pub const fn subject(self) -> &'static str {
                match self { $(Self::$variant => concat!("mail-subject-", $word)),+ }
            }

            /// Key of what it says.
            pub const fn body(self) -> &'static str {
                match self { $(Self::$variant => concat!("mail-body-", $word)),+ }
            }

            /// Names of the values in its body.
            pub const fn values(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($value),*]),+ }
            }

            /// When it may go.
            pub const fn haste(self) -> Haste {
                match self { $(Self::$variant => Haste::$haste),+ }
            }

            /// Seconds, from the moment it may go, after which it is not worth sending any more.
            pub const fn keeps_s(self) -> i64 {
                match self { $(Self::$variant => $hours * 3_600),+ }
            }

            /// The kind a stored word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

letters! {
    /// A link that confirms an address.
    AddressConfirm = "address_confirm", AtOnce, 24, ["until"];
    /// A link that proves the address of an applicant without an account.
    ApplicantConfirm = "applicant_confirm", AtOnce, 24, ["until"];
    /// To a former address: nothing is sent there any more.
    AddressEnded = "address_ended", AtOnce, 72, ["at"];
    /// A one-time link that sets a new account up.
    Invitation = "invitation", AtOnce, 72, ["until"];
    /// A one-time link for somebody who lost the way in.
    ResetLink = "reset_link", AtOnce, 72, ["until"];
    /// Such a link was handed out otherwise.
    ResetIssued = "reset_issued", AtOnce, 72, ["at"];
    /// It was used: every former way in is void.
    ResetUsed = "reset_used", AtOnce, 72, ["at"];
    /// A 事務局's request to be set up again after the delay.
    ResetAsked = "reset_asked", AtOnce, 24, ["at", "ready"];
    /// Facilities without an administrator for too long.
    Vacancies = "vacancies", WorkingHours, 120, ["facilities", "days"];
    /// Devices that have not reported for long.
    Silence = "silence", WorkingHours, 120, ["devices", "days"];
    /// 注意・指導 was issued, sent back or taken to the council (§10).
    GuidanceIssued = "guidance_issued", WorkingHours, 120, [];
    /// It was answered.
    GuidanceAnswered = "guidance_answered", WorkingHours, 120, [];
    /// Use was restricted, or the restriction prolonged or lifted (留2-2).
    RestrictionChanged = "restriction_changed", WorkingHours, 120, [];
    /// No good backup for too long.
    BackupOverdue = "backup_overdue", WorkingHours, 120, ["hours"];
    /// What is due of a facility's list of staff.
    StaffDue = "staff_due", WorkingHours, 120, ["n"];
    /// The operation log's head of a day.
    LogHead = "log_head", WorkingHours, 240, ["head"];
    /// A paper, or a longer period for it, waits for its reader's approval.
    PaperAsked = "paper_asked", WorkingHours, 120, [];
    /// The reader's paper was approved.
    PaperApproved = "paper_approved", WorkingHours, 120, [];
    /// The reader's paper was sent back.
    PaperSentBack = "paper_sent_back", WorkingHours, 120, [];
    /// The reader's paper was refused.
    PaperRefused = "paper_refused", WorkingHours, 120, [];
    /// A longer period was approved.
    ExtensionApproved = "extension_approved", WorkingHours, 120, [];
    /// A longer period was refused: the end stays as it is.
    ExtensionRefused = "extension_refused", WorkingHours, 120, [];
    /// The approval of a personal device was revoked.
    PersonalRevoked = "personal_revoked", WorkingHours, 120, [];
    /// The approval of a personal device ends soon.
    PersonalEnds = "personal_ends", WorkingHours, 120, ["day"];
    /// The approval of a personal device has ended.
    PersonalEnded = "personal_ended", WorkingHours, 120, ["day"];
    /// What was taken out is not back in time.
    TakeOutOverdue = "take_out_overdue", WorkingHours, 120, ["day"];
    /// The self-check is due for devices of a facility.
    SelfCheckDue = "self_check_due", WorkingHours, 120, ["devices"];
    /// An incident was reported.
    IncidentReported = "incident_reported", AtOnce, 72, [];
    /// A device that was noted as lost has been in contact.
    LostSeen = "lost_seen", AtOnce, 72, [];
    /// 速報 of an incident is due soon.
    FirstReportDue = "first_report_due", AtOnce, 48, ["day"];
    /// 速報 of an incident is overdue.
    FirstReportOver = "first_report_over", AtOnce, 48, ["day"];
    /// 確報 of an incident is due soon.
    FullReportDue = "full_report_due", AtOnce, 48, ["day"];
    /// 確報 of an incident is overdue.
    FullReportOver = "full_report_over", AtOnce, 48, ["day"];
    /// A facility began a 災害時特例 by itself, or renewed it: it waits for the 事務局.
    DisasterAsked = "disaster_asked", AtOnce, 72, ["until"];
    /// A 災害時特例 holds.
    DisasterOn = "disaster_on", AtOnce, 72, ["until"];
    /// A 災害時特例 holds until another time than was said before.
    DisasterExtended = "disaster_extended", AtOnce, 72, ["until"];
    /// A 災害時特例 is over: what it let in is to be cleared.
    DisasterEnded = "disaster_ended", AtOnce, 72, [];
    /// The 事務局 sent a notice.
    Notice = "notice", WorkingHours, 120, ["day"];
    /// The same, about a disaster or an incident.
    NoticeUrgent = "notice_urgent", AtOnce, 72, ["day"];
    /// Nobody at the facility has confirmed it yet.
    NoticeReminder = "notice_reminder", WorkingHours, 120, ["day"];
    /// What a 災害時特例 let in should have been cleared long ago.
    DisasterUncleared = "disaster_uncleared", AtOnce, 120, ["devices", "days"];
}

impl Kind {
    /// The first moment from `at` on at which it may go.
    pub fn due(self, at: Timestamp) -> Timestamp {
        match self.haste() {
            Haste::AtOnce => at,
            Haste::WorkingHours => calendar::next_working(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;
    use crate::words::Text;

    #[test]
    fn every_kind_has_a_word_a_subject_of_its_own_and_a_body_that_takes_its_values_in_both_languages() {
        for lang in Lang::ALL {
            let mut subjects = Vec::new();
            for &kind in Kind::ALL {
                assert_eq!(Kind::from_word(kind.as_str()), Some(kind));
                let body = kind.values().iter().fold(Text::new(kind.body()), |text, name| text.with(name, 3_i64)).in_lang(lang);
                assert!(!body.is_empty() && !body.contains('{'), "{body}");
                subjects.push(Text::new(kind.subject()).in_lang(lang));
            }
            subjects.sort_unstable();
            subjects.dedup();
            assert_eq!(subjects.len(), Kind::ALL.len(), "{}", lang.tag());
        }
    }

    #[test]
    fn a_reminder_keeps_to_working_hours_and_what_somebody_waits_for_does_not() {
        let evening = Timestamp::from_seconds(1_798_455_600); // 2026-12-28T20:00 JST
        for &kind in Kind::ALL {
            let waits = kind.due(evening).seconds_since(evening);
            assert_eq!(waits, if kind.haste() == Haste::AtOnce { 0 } else { 6 * 86_400 + 12 * 3_600 }, "{kind:?}");
        }
    }
}
