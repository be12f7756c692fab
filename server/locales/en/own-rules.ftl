# A facility's own rules (§26).
own-title = The facility's own rules (§26)
own-about = A facility may lay down numbers of its own and file them with the secretariat. What is stricter than the region's rules is in force once it is filed. If anything is looser, none of it is in force until the secretariat accepts it.
own-present = Own rules in force
own-present-none = This facility has no rules of its own. Its devices are judged by the region's rules.
own-filings = Filings
own-filings-none = Nothing has been filed yet.
own-number = No. { $n }
own-filed = Filed: { $at }, { $by }
own-reason = Reason: { $why }
own-accepted = Accepted by the secretariat: { $at }, { $by } ({ $why })
own-refused = Refused by the secretariat: { $at }, { $by } ({ $why })
own-withdrawn = Withdrawn: { $at }, { $by } ({ $why })
own-superseded = Replaced by the next filing: { $at }
own-unreadable = This filing cannot be read. While it is in force, nothing can be told of the facility's devices. File new rules.
own-col-name = Item
own-col-own = The facility's rule
own-col-region = The region's rule
own-looser = looser
own-form = File rules
own-form-about = Fill in only what you change. What stays empty is as the region has it. This filing takes the place of the one before.
own-field-region = The region's rule: { $value }
own-field-unit = { $name } ({ $unit })
own-field-off = 0 means that it is not judged.
own-field-switch-region = As the region has it
own-general = How long a declaration counts
own-submit = File these rules
own-withdraw = Withdraw this filing
own-withdraw-about = Once it is withdrawn, devices are judged by the region's rules again.
own-decide = The secretariat's decision
own-accept = Accept
own-refuse = Refuse
own-done-filed = Filed. The facility's devices are being judged by the new rules (about a minute).
own-done-waiting = Filed. Something in it is looser, so it is not in force until the secretariat accepts it.
own-done-withdrawn = The filing was withdrawn.
own-done-accepted = Accepted. The facility's devices are being judged by the new rules (about a minute).
own-done-refused = Refused.
own-wrong-number = “{ $name }” must be a number, or stay empty.
own-wrong-range = “{ $name }” must be { $low } to { $high }.
own-wrong-range-or-off = “{ $name }” must be { $low } to { $high }, or 0 (not judged).
own-wrong-order = “{ $low }” must not exceed “{ $high }”. What stays empty is as the region has it.
own-nothing = Nothing differs from the region's rules. Fill in what you change.
own-same = The same rules are in force or waiting for acceptance already.
own-gone = Somebody else has withdrawn or decided this filing. See how it stands now.
own-no-decision = Choose to accept or to refuse.
own-password-min = Characters of the start-up password (at least)
own-password-floor = Fewest characters where the device can do no more
own-password-alnum = Letters and digits mixed in the start-up password
own-password-max-age = Days until the start-up password is changed
own-network-password-max-age = Days until the network's password is changed
own-screen-lock = Absence until the screen locks
own-antivirus-amber = Days until virus signatures are old (recommendation unmet)
own-antivirus-fail = Days until virus signatures are too old (not compliant)
own-update-amber = Days until updates are late (recommendation unmet)
own-update-fail = Days until updates are too late (not compliant)
own-update-hold = Days that an update may be held back
own-update-lists = Days until a list of updates is too old to tell
own-attestation-days = How long a declaration counts (the facility's devices)
own-attestation-personal = How long a declaration counts (personal devices)
own-personal-device-days = Longest use of a personal device (as an exception)
own-take-out-days = Longest standing notice
own-characters = { $n ->
    [one] 1 character
   *[other] { $n } characters
}
own-seconds = { $n ->
    [one] 1 second
   *[other] { $n } seconds
}
own-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
own-unit-characters = characters
own-unit-seconds = seconds
own-unit-days = days
own-on = asked for
own-off = not asked for
own-not-judged = not judged
own-stage-waiting = Waiting for acceptance
own-stage-in-force = In force
own-stage-refused = Refused
own-stage-withdrawn = Withdrawn
own-stage-superseded = Replaced
own-decided = By the facility's own rules (§26, no. { $n }): { $name } { $value } (the region's rule: { $region })
own-judged-with = { $pack }, the facility's own rules (§26, no. { $n }), catalogues { $catalogues }
own-list-title = Filings of facilities' own rules (§26)
own-list-about = What facilities have laid down and filed. A filing that loosens the region's rules is not in force until it is accepted here.
own-list-waiting = Waiting for acceptance
own-list-waiting-none = Nothing waits for acceptance.
own-list-all = All filings, newest first
own-list-none = Nothing has been filed yet.
own-list-no-more = There are no further filings.
own-list-first = Back to the first
own-list-next = Earlier filings
own-list-facility = Facility
own-list-filing = Filing
own-list-stage = State
own-list-reason = Reason
own-list-filed = Filed
own-list-count = { $n ->
    [one] 1 filing waits for acceptance.
   *[other] { $n } filings wait for acceptance.
}
own-list-see = See the filings
