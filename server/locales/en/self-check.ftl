# 自己点検.
self-check-title = Self-check
self-check-about = Some clauses are beyond the checking program: people look and answer. One act can answer for many devices.
self-check-done = <{ $n ->
    [one] Recorded for 1 device.
   *[other] Recorded for { $n } devices.
}> The states follow within a minute or so.
self-check-due = <{ $n ->
    [one] 1 device
   *[other] { $n } devices
}> in use have no answer, or one that has expired.
self-check-answer = Answer
self-check-day-about = Leave it empty if you do not know.
self-check-no-answer = No answer (the earlier one stands)
self-check-which = For which devices?
self-check-all = All devices in use
self-check-some = Only those chosen below
self-check-choose = Choose devices
self-check-who = Who looked?
self-check-by-administrator = I looked at the devices myself (confirmed by the administrator)
self-check-by-person = I asked those who use them (declared by the person)
self-check-note = Note (for instance, why a setting is not possible or an update is held back)
self-check-note-about = At most { $n } characters. For a “No”, say until when it is put right. Do not write about patients or clients.
self-check-submit = Record this
self-check-past = Earlier self-checks
self-check-past-none = There is no record yet.
self-check-col-at = When
self-check-col-by = By
self-check-col-grade = Evidence
self-check-col-devices = Devices
self-check-col-note = Note
self-check-devices = { $n }
self-check-erased = Somebody erased from the records
self-check-no-devices = No device is in use. Enrol and confirm devices first.
self-check-none-chosen = Choose at least one device, or “All devices in use”.
self-check-nothing-answered = Answer at least one question. You may leave the others as they are.
self-check-no-grade = Say who looked.
self-check-bad-day = Give the day for { $clause } as year, month and day, today at the latest (for example 2026, 8 and 3).
self-check-bad-choice = Choose the answer for { $clause } again.
self-check-no-reason = If a longer password is not possible, an update is held back or support was bought, write why or by which contract into the note.
self-check-long-note = Keep the note to { $n } characters.
grade-administrator = Confirmed by the administrator
grade-person = Declared by the person
choice-yes = Yes
choice-no = No
choice-no-line = Not applicable (it has no mobile line)
choice-length-yes = Yes (6 or more characters, letters and digits mixed)
choice-length-partly = 6 or more characters, but letters and digits are not mixed
choice-length-limited = 4 or 5 characters: the device allows no more (write the reason into the note below)
choice-hold = Held back for compatibility (give the last day below, and the reason in the note)
self-check-until = Held back until when? (at most { $n } days from today)
self-check-beside = Questions for devices that the checking program cannot read
self-check-beside-about = Where a device has answered for itself, its own answer stands. Answer only for clauses whose remedy points to the self-check.
self-check-bad-until = For { $clause }, give a last day as year, month and day, at most { $n } days from today (for example 2026, 8 and 3).
self-check-by-administrator-only = This answer for { $clause } can be recorded only if an administrator has looked. Choose “I looked at the devices myself”, or leave the question out.
