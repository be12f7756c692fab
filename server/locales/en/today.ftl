# What needs a hand today, and lists of devices by what is to be done.
nav-today = Today
nav-devices = Devices
nav-people = People
nav-accounts = Accounts
nav-overview = The region
nav-log = Operation log
today-title = Today
today-needed = Something needs to be done
today-list = What needs a hand (gravest consequence first)
today-col-what = What
today-col-do = To do
today-nothing = Nothing needs a hand right now.
today-nothing-thanks = Looked at { $n } devices in use, as of { $at }.
today-no-devices = No device has enrolled yet. Begin with an enrolment code.
today-no-devices-go = Enrol devices
today-looked = What was looked at
today-looked-at = As of { $at }:
today-looked-custody = Reports from devices noted as lost, possible copies
today-looked-enrolment = Devices waiting to be confirmed, for the first time or again
today-looked-clauses = The verdict on each clause (not compliant, cannot tell, out of date)
today-looked-silence = Devices that have not reported
today-looked-answers = When the self-check is due
today-devices = To the devices
todo-mark-lost-seen = Lost device seen
todo-mark-copied = Possibly copied
todo-mark-system = Collector
todo-lost-seen = { $n ->
    [one] A device noted as lost has been in contact.
   *[other] { $n } devices noted as lost have been in contact.
}
todo-copied = { $n ->
    [one] One device may be a copy: two machines use its key.
   *[other] { $n } devices may be copies: two machines use one key.
}
todo-log-broken = The chain of the operation log is broken. Ask the operator to run verify-log.
todo-backup-old = There has been no backup proven readable for more than a day. Tell the operator.
todo-authority-ends = The authority that issues device certificates ends within 90 days and cannot renew itself. Tell the operator.
todo-devices = { $n ->
    [one] 1 device
   *[other] { $n } devices
}
todo-reconfirm = { $n ->
    [one] One device has to be confirmed again after a restore.
   *[other] { $n } devices have to be confirmed again after a restore.
}
todo-pending = { $n ->
    [one] One device waits to be confirmed.
   *[other] { $n } devices wait to be confirmed.
}
todo-silent = { $n ->
    [one] One device has not reported for long. Check its power and connection.
   *[other] { $n } devices have not reported for long. Check their power and connection.
}
todo-never-seen = { $n ->
    [one] One device has enrolled and never reported.
   *[other] { $n } devices have enrolled and never reported.
}
todo-self-check-due = { $n ->
    [one] The self-check is due for one device.
   *[other] The self-check is due for { $n } devices.
}
todo-do-see = See the devices
todo-do-confirm = Compare and confirm
todo-do-answer = Answer the self-check
todo-do-log = See the operation log
todo-do-facilities = See the facilities
listed-title = Devices: { $what }
listed-clause = { $clause }: { $state }
listed-silent = not reporting
listed-never = never reported
listed-none = No device matches. It has been dealt with, or its state has changed.
listed-back = Back to today
today-looked-papers = Papers that await approval, take-outs not back in time, cautions and instructions, records due for another look
todo-take-out-overdue = { $n ->
    [one] 1 take-out is
   *[other] { $n } take-outs are
} not back in time. Find out where it is; if it cannot be found, report it lost.
todo-paper-to-decide = { $n ->
    [one] 1 paper awaits
   *[other] { $n } papers await
} approval.
todo-return-to-check = { $n ->
    [one] 1 return awaits
   *[other] { $n } returns await
} a check by somebody else.
todo-do-papers = See papers
todo-do-decide = Decide
todo-personal-use-over = The approval of { $n ->
    [one] 1 personal device is
   *[other] { $n } personal devices is
} over. See that data and sign-ins are gone, and confirm the end of use.
todo-personal-use-ends = The approval of { $n ->
    [one] 1 personal device
   *[other] { $n } personal devices
} ends within 7 days.
todo-wipe-to-check = { $n ->
    [one] 1 wiped device awaits
   *[other] { $n } wiped devices await
} a check by somebody else.
todo-incident-reported = { $n ->
    [one] 1 incident was
   *[other] { $n } incidents were
} reported and not taken up yet. Look at once.
todo-incident-open = { $n ->
    [one] 1 incident is
   *[other] { $n } incidents are
} being dealt with.
todo-guidance-overdue = { $n ->
    [one] The answer to 1 caution or instruction is
   *[other] The answers to { $n } cautions or instructions are
} overdue.
todo-guidance-escalated = { $n ->
    [one] 1 caution or instruction was
   *[other] { $n } cautions or instructions were
} taken to the council and still to be answered.
todo-guidance-to-answer = { $n ->
    [one] 1 caution or instruction is
   *[other] { $n } cautions or instructions are
} to be answered.
todo-guidance-to-check = { $n ->
    [one] 1 caution or instruction was
   *[other] { $n } cautions or instructions were
} answered. See whether it is put right.
todo-restriction-over = The period of { $n ->
    [one] 1 restriction of use
   *[other] { $n } restrictions of use
} is over. Record that it is lifted, or prolong it.
todo-record-due = { $n ->
    [one] 1 record or self-check sheet is
   *[other] { $n } records or self-check sheets are
} due for another look (now or within 7 days).
todo-record-missing = { $n ->
    [one] 1 kind of record that the rules want was
   *[other] { $n } kinds of record that the rules want were
} never written (consideration, self-check of the facility).
todo-do-guidance = Read and answer
todo-do-look = Look again
todo-do-write = Write it
todo-intake-waiting = { $n ->
    [one] 1 facility's application waits
   *[other] { $n } facilities' applications wait
} for a decision.
todo-leaving-due = The last day of { $n ->
    [one] 1 leaving facility
   *[other] { $n } leaving facilities
} is over, and the leaving is not finished.
todo-do-intakes = See memberships
today-looked-staff = Dates of the list of staff (pledges, trainings, steps of leaving, review)
todo-leaver-overdue = { $n ->
    [one] { $n } person is past the last day with steps of leaving open.
   *[other] { $n } persons are past the last day with steps of leaving open.
} Take them out of the network, and see to devices and accounts.
todo-pledge-missing = { $n ->
    [one] { $n } person has no pledge of the present edition.
   *[other] { $n } persons have no pledge of the present edition.
}
todo-training-due = { $n ->
    [one] The training of { $n } person is due.
   *[other] The training of { $n } persons is due.
}
todo-drill-due = The disaster exception has not been drilled for more than a year. Activate it as a drill, and try it from registering to clearing.
todo-password-due = { $n ->
    [one] { $n } person's network password is due to be changed (by what was declared).
   *[other] { $n } persons' network passwords are due to be changed (by what was declared).
}
todo-leaver-open = { $n ->
    [one] { $n } person is leaving, with steps open.
   *[other] { $n } persons are leaving, with steps open.
}
todo-joiner-open = { $n ->
    [one] The first day of { $n } person has come, and something is missing.
   *[other] The first day of { $n } persons has come, and something is missing.
}
todo-staff-review = The list of staff is due for review.
todo-do-staff = See the list
todo-do-pledges = Note pledges
todo-do-training = Note a training
todo-holidays-end = The holidays that the collector knows end within 60 days, or have ended. After that, mail goes on holidays as on weekdays. Tell the operator to update to a newer version.
todo-do-letters = See mail that has not arrived
