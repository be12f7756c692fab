# A device's page.
device-verdict = State
device-last-check-in = Last check-in
device-pending = Say whether it is this facility's on <the page of devices waiting to be confirmed>.
device-clauses = Clause by clause
device-clauses-open = Clauses that need action
device-clauses-rest = Other clauses
device-col-clause = Clause
device-col-verdict = State
device-col-evidence = Evidence
device-col-reason = Reason
device-col-remedy = Remedy
device-checks = { $n ->
    [one] 1 part
   *[other] { $n } parts
}
device-conflict = Another standard says otherwise: { $note }
device-conflict-unverified = Another standard says otherwise (not verified): { $note }
device-judged = Judged with { $with }, at { $at }. “Measured” means that the checking program on the device said so.
device-judged-with = { $pack }, catalogues { $catalogues }
device-about = The device
device-about-class = Kind
device-about-ownership = Belongs to
device-managed = The facility
device-personal = A person
device-about-enrolled = Enrolled
device-about-confirmed = Confirmed
device-about-agent = Checking program
device-agent-unprivileged = { $agent } (runs without administrator's rights)
device-about-id = Device id
device-facts = What was read
device-facts-read = Read at { $at } ({ $ago }), unless it says otherwise.
device-col-fact = Item
device-col-value = Value
device-col-source = Where it was read
device-short-source = Read from
device-fact-unknown = Cannot tell
device-fact-managed = { " " }(fixed by an administrator)
device-fact-read = read at { $name }
device-sent = What was sent
device-sent-about = The whole report that this device sent last (received { $at }, { $ago }). Nothing else was sent.
device-sent-open = See all of it (JSON)
device-sent-label = The whole of what was sent
device-reason-pending = Nobody has confirmed yet that this device is the facility's.
device-reason-reconfirm = The collector was restored from a backup, so this device has to be confirmed again.
device-reason-lost = It is treated as lost. Its check-ins are kept on record, but are not judged.
device-reason-copied = Two devices may be holding the same key. Have a look at the real ones.
device-reason-retired = It is out of use. Its check-ins are refused.
device-reason-refused = It was refused. Its check-ins are refused.
device-reason-silent-yet = It has not checked in yet. See whether the checking program is running.
device-reason-silent = { $n ->
    [one] It has not checked in for 1 day. See whether it has power and a connection.
   *[other] It has not checked in for { $n } days. See whether it has power and a connection.
}
device-reason-compliant = It is as the regulation asks.
device-clock-fast = Clock: this device's clock is about { $n } min fast. Set its date and time right.
device-clock-slow = Clock: this device's clock is about { $n } min slow. Set its date and time right.
device-dropped = { $n ->
    [one] It had no connection for so long that 1 old check-in was dropped unsent.
   *[other] It had no connection for so long that { $n } old check-ins were dropped unsent.
}
device-unreadable = This collector cannot read the format of the report. All of it can be seen below.
device-unconfirmed = There is no record of who confirmed this device.
device-decided = This device is no longer waiting to be confirmed: somebody else has confirmed or refused it. See how it stands in the list of devices.
custody-exception = Exception by approval
custody-none = Not approved
custody-until = Its use is approved until { $until }, by application No. { $number } for a personal device (§20-7). The verdict stays as it is.
custody-none-about = This is a personal device, and no approval in force is linked to it (§20-7).
custody-excepted = A personal device. While the disaster exception is in force it may be used without approval (§25); afterwards it is approved, or its end is confirmed.
device-papers = Write a paper about this device
permitted-counted-apart = Exceptions by approval (counted apart)
permitted-without = Without the approval, these devices would read:
permitted-see = See the approvals
custody-paper = See papers
