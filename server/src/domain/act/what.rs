//! Every act that the operation log knows: its stored word and its name on screen. A word, once stored, never changes its meaning.

macro_rules! acts {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $label:literal;)+) => {
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

            /// The name on screen.
            pub const fn label_ja(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
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
    SignedIn = "signed_in", "サインイン";
    /// Failures to sign in; the detail says how many.
    SignInFailed = "sign_in_failed", "サインインの失敗";
    /// Signed out.
    SignedOut = "signed_out", "サインアウト";
    /// An account was set up from its one-time link.
    AccountSetUp = "account_set_up", "アカウントの設定";
    /// A one-time link was handed out.
    LinkIssued = "link_issued", "一回限りのリンクの発行";
    /// A password was changed.
    PasswordChanged = "password_changed", "パスワードの変更";
    /// A second factor was added, replaced or removed.
    FactorChanged = "factor_changed", "確認方法の変更";
    /// A lost second factor was reset by the next level.
    AccountReset = "account_reset", "アカウントの復旧";
    /// Sessions were ended by their owner or by an act on the account.
    SessionsEnded = "sessions_ended", "ほかの場所のサインアウト";
    /// Somebody was given a role.
    Appointed = "appointed", "選任";
    /// A role passed from one person to another.
    HandedOver = "handed_over", "交代";
    /// A role ended.
    AppointmentEnded = "appointment_ended", "退任";
    /// A person's names were erased.
    PersonErased = "person_erased", "氏名の消去";
    /// An enrolment code was issued.
    CodeIssued = "code_issued", "登録コードの発行";
    /// An enrolment code was revoked.
    CodeRevoked = "code_revoked", "登録コードの取消";
    /// A device was confirmed.
    DeviceConfirmed = "device_confirmed", "機器の確認";
    /// A device was refused.
    DeviceRefused = "device_refused", "機器の登録を断る";
    /// A device was noted as lost.
    DeviceLost = "device_lost", "機器の紛失";
    /// A lost device came back.
    DeviceReclaimed = "device_reclaimed", "機器の発見";
    /// A device was taken out of use.
    DeviceRetired = "device_retired", "機器の使用終了";
    /// A device was given another name, class or owner.
    DeviceChanged = "device_changed", "機器の情報の変更";
    /// A device's page was read.
    DeviceViewed = "device_viewed", "機器の内容の閲覧";
    /// Data was written out.
    Exported = "exported", "書き出し";
    /// An alert was closed.
    AlertClosed = "alert_closed", "警告の確認";
    /// A person answered a clause for devices.
    Attested = "attested", "確認内容の申告";
    /// A region was made.
    RegionMade = "region_made", "圏域の登録";
    /// A facility was taken in.
    FacilityMade = "facility_made", "事業所の登録";
    /// A region's or facility's settings changed.
    SettingsChanged = "settings_changed", "設定の変更";
    /// Packs or catalogues were taken into force.
    RulesLoaded = "rules_loaded", "規程・一覧表の読み込み";
    /// The authority of devices was made.
    AuthorityMade = "authority_made", "認証局の作成";
    /// The issuing CA was replaced.
    AuthorityRotated = "authority_rotated", "認証局の更新";
    /// The announced next root was taken into use.
    RootSwitched = "root_switched", "認証局の切り替え";
    /// A root from before a switch is not trusted any more.
    RootEnded = "root_ended", "前の認証局の終了";
    /// The root's key was written out.
    RootKeyExported = "root_key_exported", "認証局の鍵の書き出し";
    /// The root's key was removed from the store.
    RootKeyForgotten = "root_key_forgotten", "認証局の鍵の取り外し";
    /// The next root or another collector was announced to devices.
    Announced = "announced", "機器への告知";
    /// The recovery key of backups was made.
    RecoveryKeyMade = "recovery_key_made", "復元用の鍵の作成";
    /// A backup was made.
    BackupMade = "backup_made", "バックアップ";
    /// A backup was put back.
    Restored = "restored", "復元";
    /// The log began.
    LogBegun = "log_begun", "操作記録の開始";
    /// Old entries were deleted; a signed checkpoint stands for them.
    LogTrimmed = "log_trimmed", "保存期間を過ぎた操作記録の削除";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_a_word_and_a_name_of_its_own() {
        for &what in What::ALL {
            assert_eq!(What::from_word(what.as_str()), Some(what));
        }
        let mut labels: Vec<_> = What::ALL.iter().map(|w| w.label_ja()).collect();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), What::ALL.len());
    }
}
