//! How old the newest backup is, for whoever answers for the collector.

use hashimori_shared::time::Timestamp;

use super::Moment;
use crate::backup::OVERDUE_S;
use crate::store::backup::Made;
use crate::words::Text;

/// One line about the backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackupNote {
    /// Whether somebody has to do something.
    pub grave: bool,
    pub text: Text,
}

impl BackupNote {
    /// From the `last` attempt and the `newest` backup that was made; `daily`: whether the collector makes them by itself.
    pub(crate) fn of(last: Option<&Made>, newest: Option<&Made>, daily: bool, now: Timestamp) -> Self {
        let ago = |made: &Made| Moment::new(made.at, now).ago();
        let grave = |text| Self { grave: true, text };
        let fine = |text| Self { grave: false, text };
        match (last, newest) {
            (Some(failed), Some(newest)) if failed.failure.is_some() => {
                grave(Text::new("backup-failed").with("ago", ago(failed)).with("last", ago(newest)))
            }
            (Some(failed), None) => grave(Text::new("backup-failed-first").with("ago", ago(failed))),
            (_, Some(newest)) if !daily => fine(Text::new("backup-by-hand").with("ago", ago(newest))),
            (None, None) if !daily => fine(Text::new("backup-off")),
            (_, Some(newest)) if now.seconds_since(newest.at) > OVERDUE_S => grave(Text::new("backup-overdue").with("ago", ago(newest))),
            (_, Some(newest)) => fine(Text::new("backup-made").with("ago", ago(newest))),
            (None, None) => grave(Text::new("backup-none")),
        }
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn made(hours_ago: i64, failure: Option<&str>) -> Made {
        let at = NOW.plus_seconds(-hours_ago * 3_600);
        Made { at, file: "f".to_owned(), bytes: 1, failure: failure.map(str::to_owned) }
    }

    #[test]
    fn a_backup_that_is_missing_overdue_or_failed_calls_for_somebody() {
        let (fresh, old, failed) = (made(36, None), made(37, None), made(1, Some("no space")));
        let grave = |last: Option<&Made>, newest: Option<&Made>, daily| BackupNote::of(last, newest, daily, NOW).grave;
        assert!(!grave(Some(&fresh), Some(&fresh), true));
        assert!(grave(Some(&old), Some(&old), true));
        assert!(grave(Some(&failed), Some(&fresh), true), "also while an earlier one is fresh");
        assert!(grave(Some(&failed), None, true) && grave(None, None, true));
        assert!(!grave(Some(&old), Some(&old), false) && !grave(None, None, false), "whoever turned it off knows");
        for (last, newest) in [(Some(&old), Some(&old)), (Some(&failed), Some(&old)), (Some(&failed), None), (None, None)] {
            let said = BackupNote::of(last, newest, true, NOW).text.in_lang(Lang::Japanese);
            assert!(said.starts_with("要対応"), "the colour does not say it alone: {said}");
        }
    }
}
