//! Every act that the operation log knows: its stored word, from which follows the key of its name on screen. A word, once
//! stored, never changes its meaning.

macro_rules! acts {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum What { $($(#[$doc])* $variant),+ }

        impl What {
            /// Every act.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Key of the name on screen.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => concat!("act-", $word)),+ }
            }

            /// The act a stored word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

acts! {
    /// Signed in with everything that was asked for.
    SignedIn = "signed_in";
    /// Failures to sign in; the detail says how many.
    SignInFailed = "sign_in_failed";
    /// Signed out.
    SignedOut = "signed_out";
    /// An account was set up from its one-time link.
    AccountSetUp = "account_set_up";
    /// A one-time link was handed out.
    LinkIssued = "link_issued";
    /// A password was changed.
    PasswordChanged = "password_changed";
    /// A second factor was added, replaced or removed.
    FactorChanged = "factor_changed";
    /// A lost second factor was reset by the next level.
    AccountReset = "account_reset";
    /// A mail address was registered or removed.
    AddressChanged = "address_changed";
    /// A secret address for calendars was made or ended.
    CalendarChanged = "calendar_changed";
    /// The 事務局 noted mail that did not arrive.
    LettersNoted = "letters_noted";
    /// Sessions were ended by their owner or by an act on the account.
    SessionsEnded = "sessions_ended";
    /// Somebody was given a role.
    Appointed = "appointed";
    /// A role passed from one person to another.
    HandedOver = "handed_over";
    /// A role ended.
    AppointmentEnded = "appointment_ended";
    /// A person's names were erased.
    PersonErased = "person_erased";
    /// An enrolment code was issued.
    CodeIssued = "code_issued";
    /// An enrolment code was revoked.
    CodeRevoked = "code_revoked";
    /// A device was confirmed.
    DeviceConfirmed = "device_confirmed";
    /// A device was refused.
    DeviceRefused = "device_refused";
    /// A device was noted as lost.
    DeviceLost = "device_lost";
    /// A lost device came back.
    DeviceReclaimed = "device_reclaimed";
    /// A device was taken out of use.
    DeviceRetired = "device_retired";
    /// A device was given another name, class or owner.
    DeviceChanged = "device_changed";
    /// A device without a checking program was written into the ledger.
    DeviceEntered = "device_entered";
    /// What the ledger says of a device was written down anew.
    LedgerKept = "ledger_kept";
    /// A device's page was read.
    DeviceViewed = "device_viewed";
    /// Data was written out.
    Exported = "exported";
    /// An alert was closed.
    AlertClosed = "alert_closed";
    /// A person answered a clause for devices.
    Attested = "attested";
    /// A paper was filed.
    PaperFiled = "paper_filed";
    /// A paper, or a longer period for it, was approved.
    PaperApproved = "paper_approved";
    /// A paper, or a longer period for it, was refused or sent back.
    PaperRefused = "paper_refused";
    /// Another step was taken with a paper.
    PaperMoved = "paper_moved";
    /// A file was added to a paper.
    FileAttached = "file_attached";
    /// A file of a paper was removed.
    FileRemoved = "file_removed";
    /// A file of a paper was opened.
    FileOpened = "file_opened";
    /// An applicant without an account proved their mail address.
    ApplicantConfirmed = "applicant_confirmed";
    /// A facility's link for people without an account was made anew or ended.
    FacilityLinkChanged = "facility_link_changed";
    /// A facility filed rules of its own.
    OwnRulesFiled = "own_rules_filed";
    /// The secretariat accepted them.
    OwnRulesAccepted = "own_rules_accepted";
    /// The secretariat refused them.
    OwnRulesRefused = "own_rules_refused";
    /// The facility took them back.
    OwnRulesWithdrawn = "own_rules_withdrawn";
    /// A region was made.
    RegionMade = "region_made";
    /// A facility was taken in.
    FacilityMade = "facility_made";
    /// A facility's application came in.
    MembershipApplied = "membership_applied";
    /// What a facility's forms say was put right.
    MembershipAmended = "membership_amended";
    /// An application was sent back or declined.
    MembershipDeclined = "membership_declined";
    /// A facility's use was suspended.
    MembershipSuspended = "membership_suspended";
    /// A facility's use was resumed.
    MembershipResumed = "membership_resumed";
    /// A facility's leaving was begun, moved on or given up.
    MembershipLeaving = "membership_leaving";
    /// A facility left.
    MembershipLeft = "membership_left";
    /// What was held about the people of a facility that had left was erased.
    MembershipErased = "membership_erased";
    /// An area was made.
    AreaMade = "area_made";
    /// An area got another name, or other facilities lie in it.
    AreaChanged = "area_changed";
    /// A region's or facility's settings changed.
    SettingsChanged = "settings_changed";
    /// Packs or catalogues were taken into force.
    RulesLoaded = "rules_loaded";
    /// The authority of devices was made.
    AuthorityMade = "authority_made";
    /// The issuing CA was replaced.
    AuthorityRotated = "authority_rotated";
    /// The announced next root was taken into use.
    RootSwitched = "root_switched";
    /// A root from before a switch is not trusted any more.
    RootEnded = "root_ended";
    /// The root's key was written out.
    RootKeyExported = "root_key_exported";
    /// The root's key was removed from the store.
    RootKeyForgotten = "root_key_forgotten";
    /// The next root or another collector was announced to devices.
    Announced = "announced";
    /// The recovery key of backups was made.
    RecoveryKeyMade = "recovery_key_made";
    /// A backup was made.
    BackupMade = "backup_made";
    /// A backup was put back.
    Restored = "restored";
    /// 災害時特例: a facility began one by itself.
    DisasterBegun = "disaster_begun";
    /// 災害時特例: the facility renewed it.
    DisasterRenewed = "disaster_renewed";
    /// 災害時特例: the 事務局 ratified it.
    DisasterRatified = "disaster_ratified";
    /// 災害時特例: the 事務局 refused it.
    DisasterRefused = "disaster_refused";
    /// 災害時特例: the facility took it back.
    DisasterWithdrawn = "disaster_withdrawn";
    /// 災害時特例: the 事務局 activated it.
    DisasterActivated = "disaster_activated";
    /// 災害時特例: its end was moved.
    DisasterExtended = "disaster_extended";
    /// 災害時特例: it was lifted, as a whole or in some places.
    DisasterLifted = "disaster_lifted";
    /// 災害時特例: its time ran out.
    DisasterLapsed = "disaster_lapsed";
    /// 災害時特例: the report was filed.
    DisasterReported = "disaster_reported";
    /// 災害時特例: it was closed.
    DisasterClosed = "disaster_closed";
    /// 災害時特例: a device was let in, or said to be used.
    DisasterLetIn = "disaster_let_in";
    /// 災害時特例: what was let in was cleared.
    DisasterCleared = "disaster_cleared";
    /// 災害時特例: a facility's link for registering was made anew.
    DisasterDoorMade = "disaster_door_made";
    /// 災害時特例: a device was noted as gone in a drill; it stays as it is.
    DisasterDrilled = "disaster_drilled";
    /// A token of machines was made.
    TokenMade = "token_made";
    /// A token of machines was ended.
    TokenRevoked = "token_revoked";
    /// A machine read with a token, for the first time on that day.
    TokenUsed = "token_used";
    /// A webhook was made.
    WebhookMade = "webhook_made";
    /// A webhook was switched on again.
    WebhookResumed = "webhook_resumed";
    /// A webhook was sent a test.
    WebhookTested = "webhook_tested";
    /// A webhook was switched off, having failed for too long.
    WebhookDisabled = "webhook_disabled";
    /// A webhook was ended.
    WebhookEnded = "webhook_ended";
    /// Somebody was put on the list of staff.
    StaffRegistered = "staff_registered";
    /// A step was taken with somebody on it.
    StaffChanged = "staff_changed";
    /// Pledges were noted.
    PledgesNoted = "pledges_noted";
    /// A new edition of the pledge was set.
    PledgeEditionSet = "pledge_edition_set";
    /// A training was noted.
    TrainingNoted = "training_noted";
    /// A training was said not to count.
    TrainingVoided = "training_voided";
    /// The list of staff was reviewed.
    StaffReviewed = "staff_reviewed";
    /// A notice was sent.
    NoticeSent = "notice_sent";
    /// A notice was sent in the place of another.
    NoticeCorrected = "notice_corrected";
    /// A notice was taken back.
    NoticeWithdrawn = "notice_withdrawn";
    /// Somebody at a facility confirmed that they read a notice.
    NoticeConfirmed = "notice_confirmed";
    /// The log began.
    LogBegun = "log_begun";
    /// Old entries were deleted; a signed checkpoint stands for them.
    LogTrimmed = "log_trimmed";
    /// Records that were kept long enough were deleted; the detail says of what kind and how many.
    RecordsDeleted = "records_deleted";
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;
    use crate::words::Text;

    #[test]
    fn every_act_has_a_word_and_in_both_languages_a_name_of_its_own() {
        for &what in What::ALL {
            assert_eq!(What::from_word(what.as_str()), Some(what));
        }
        for lang in Lang::ALL {
            let mut names: Vec<_> = What::ALL.iter().map(|what| Text::new(what.key()).in_lang(lang)).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), What::ALL.len(), "{}", lang.tag());
        }
    }
}
