# The age of the newest backup.
backup-made = Backup: the newest one was made { $ago }.
backup-overdue = Act now: the newest backup was made { $ago }. See in the collector's log whether the daily backup runs.
backup-failed = Act now: the backup of { $ago } failed; the last good one was made { $last }. See whether its place has space, and what the collector's log says.
backup-failed-first = Act now: the backup of { $ago } failed, and there is no good one yet. See whether its place has space, and what the collector's log says.
backup-none = Act now: there is no backup yet. If the collector has only just started, open this page again in a minute.
backup-by-hand = Backup: the newest one was made { $ago } (the daily backup is turned off in the settings).
backup-off = The daily backup is turned off in the settings.
