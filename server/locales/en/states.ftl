# States, standings, roles and moments: words that stand on many pages.
state-not-applicable = Not applicable
state-compliant = Compliant
state-recommendation-unmet = Recommendation unmet
state-awaiting-declaration = Awaiting a declaration
state-stale = Out of date
state-unknown = Cannot tell
state-non-compliant = Not compliant
standing-pending = Waiting to be confirmed
standing-reconfirm = Waiting to be confirmed again
standing-lost = Lost
standing-copied = Possibly copied
standing-retired = Out of use
standing-refused = Refused
counts-none = No devices yet
counts-devices = { $n ->
    [one] { " " }device
   *[other] { " " }devices
}
role-secretariat = Secretariat
role-administrator = Network administrator
role-head = Head of the facility
role-deputy = Deputy administrator
role-auditor = Auditor
moment-in-minutes = { $n ->
    [one] in 1 minute
   *[other] in { $n } minutes
}
moment-in-hours = { $n ->
    [one] in 1 hour
   *[other] in { $n } hours
}
moment-in-days = { $n ->
    [one] in 1 day
   *[other] in { $n } days
}
moment-both = { $at } ({ $ago })
moment-now = just now
moment-minutes-ago = { $n ->
    [one] 1 minute ago
   *[other] { $n } minutes ago
}
moment-hours-ago = { $n ->
    [one] 1 hour ago
   *[other] { $n } hours ago
}
moment-days-ago = { $n ->
    [one] 1 day ago
   *[other] { $n } days ago
}
