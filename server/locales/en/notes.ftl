# What the operation log notes beside an act; the key is `note-` and the stored word.
note-and = { $first }; { $next }
note-change = { $was } → { $is }
note-none = none
note-on = in use
note-off = not in use
note-act = Step: { $value }
note-added = Facilities added: { $n }
note-again = Handed in again
note-auto_confirm = Devices need no confirmation
note-backup_of = Backup of { $value }
note-by-link = By a link, without an account
note-bytes = Size: { $n } bytes
note-catalogues = Catalogues: { $value }
note-class = Kind of device: { $value }
note-deleted = { $record }: { $n }
note-deputy = Deputies: { $value }
note-devices = Devices: { $n }
note-different = Differs from what is: { $value }
note-different-yes = yes
note-different-no = no
note-drill = Drill
note-edition = Edition { $n }
note-edition-of-pack = { $pack }, edition { $n }
note-ending = Ended by: { $value }
note-entries = Entries deleted: { $n }
note-erase = Records about people erased: { $value }
note-event = Happened at: { $value }
note-exception = Under: { $value }
note-failed = Failed
note-failures = Failures: { $n }
note-fields = Fields written: { $value }
note-file = Written out: { $value }
note-file-log = the operation log
note-file-facilities = the list of facilities
note-file-devices = the list of devices
note-file-ledger = the device ledger
note-file-papers = the list of papers
note-file-people = the list of those in charge
note-file-staff = the list of users
note-file-evidence = the set of evidence
note-file-number = File { $n }
note-format = Format: { $value }
note-from = First day: { $value }
note-grants = May read: { $value }
note-host = Sent to: { $value }
note-hours = Valid for: { $n } { $n ->
    [one] hour
   *[other] hours
}
note-how = Outcome: { $value }
note-kind = Kind: { $value }
note-kind-lost_seen = report from a device noted as lost
note-kind-next_root = next root certificate
note-kind-successor = move of the collector
note-leaves = Leaves on: { $value }
note-letters = Mail that did not arrive: { $n }
note-link = Link: { $value }
note-link-new = made anew
note-link-end = ended
note-list = Digest of the list: { $value }
note-mail = Mail: { $value }
note-mail-password = password for sending
note-membership = The facility’s membership: { $value }
note-name = Renamed
note-number = Number: { $n }
note-oidc = Provider of the organisation’s accounts: { $value }
note-own-rule = { $name }: { $value }
note-ownership = Owner: { $value }
note-pack = Rule pack: { $value }
note-personal_devices = Personal devices: { $value }
note-persons = { $n } { $n ->
    [one] person
   *[other] persons
}
note-places = Areas or facilities chosen: { $n }
note-reach = Reach: { $value }
note-reach-areas = areas
note-reach-facilities = chosen facilities
note-removed = Facilities taken out: { $n }
note-role = Role: { $value }
note-roots = Root certificates: { $n }
note-rows = { $n } { $n ->
    [one] row
   *[other] rows
}
note-sessions = Sessions ended: { $value }
note-sessions-all = all
note-sessions-others = all others
note-sessions-one = one
note-sha256 = Digest (SHA-256): { $value }
note-since_backup = Entered at a restore, as having happened since the backup
note-state = State: { $value }
note-times = { $n } { $n ->
    [one] time
   *[other] times
}
note-to = Last day: { $value }
note-topics = Tells of: { $value }
note-unnamed = No name was given
note-until = Until: { $value }
note-until-number = Up to number { $n }
note-uses = Can be used: { $n } { $n ->
    [one] time
   *[other] times
}
note-weight = Weight: { $value }
note-which = Which: { $value }
note-which-next = the next root certificate
note-whose = Owner: { $value }
