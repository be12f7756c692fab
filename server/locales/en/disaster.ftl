# The disaster exception (§25).
disaster-title = Disaster exception
disaster-mark = [EMERGENCY]
disaster-drill-mark = [DRILL]
disaster-drill-about = This is a drill. No real device, approval or count is touched.
disaster-excepted = Under disaster exception
disaster-see = See the disaster exception
disaster-counted-apart = Devices under the disaster exception
disaster-without = Checks and verdicts go on. Without the exception, the devices stand like this.
disaster-banner-since = since
disaster-banner-until = until
disaster-banner-region = The disaster exception is in force{ $more ->
    [0] .
   *[other] {" "}({ $more } more).
 } Devices outside management may be used.
disaster-banner-facility = The disaster exception is in force. Lives come first: devices outside management may be used (no approval of personal devices, none beforehand for taking devices out).
disaster-banner-provisional = The disaster exception holds provisionally. It waits for the secretariat to ratify it.
disaster-banner-drill = A drill of the disaster exception is on. No real device or approval is touched.
disaster-banner-public = The disaster exception is in force in { $region }. Devices outside management may be used.
disaster-banner-see = See what holds and what to do
disaster-banner-see-drill = See the drill
disaster-banner-sign-in = Sign in to see it
disaster-about = By article 25 of the rules, in a disaster lives come first and devices outside management may be used. Only the approval of personal devices (article 20, item 7) and the approval beforehand for taking devices out (item 8) are waived. Checks and verdicts go on.
disaster-list = Exceptions on file
disaster-none = No disaster exception is on file.
disaster-older = Earlier ones
disaster-waiting = { $n ->
    [one] 1 provisional exception waits to be ratified
   *[other] { $n } provisional exceptions wait to be ratified
 }
disaster-here = The disaster exception at this facility
disaster-here-none = No disaster exception is in force at this facility now.
disaster-facility-title = Disaster exception at { $facility }
disaster-file-title = Disaster exception: { $reach }
disaster-provisional = Provisional (to be ratified)
disaster-on = In force
disaster-extended = In force (extended)
disaster-clean-up = Clearing up
disaster-reported = Reported
disaster-closed = Closed
disaster-ending-lifted = Lifted
disaster-ending-lapsed = Ran out
disaster-ending-unratified = Not ratified
disaster-ending-refused = Refused
disaster-ending-withdrawn = Taken back
disaster-reach-region = The whole region
disaster-reach-more = { $first } and { $n } more
disaster-col-reach = Where
disaster-col-phase = Stands
disaster-col-period = Period
disaster-col-reason = Reason
disaster-col-began = Began
disaster-col-ends = Ends
disaster-col-ended = Ended
disaster-col-step = Step
disaster-col-who = Who
disaster-col-event = When
disaster-short-phase = Stands
disaster-short-period = Period
disaster-short-reason = Reason
disaster-short-event = When
disaster-to = to
disaster-until = until { $name }
disaster-lifted-at = lifted { $name }
disaster-entered-at = entered { $name }
disaster-waives = What is waived
disaster-waives-what = The approval of personal devices (article 20, item 7) and the approval beforehand for taking devices out (item 8). Every other check and verdict goes on.
disaster-steps = What was done
disaster-somebody = Somebody whose name was erased
disaster-step-begun = Begun provisionally
disaster-step-renewed = Renewed
disaster-step-ratified = Ratified
disaster-step-refused = Refused
disaster-step-withdrawn = Taken back
disaster-step-activated = Activated
disaster-step-extended = Extended
disaster-step-lifted-in-part = Lifted in part
disaster-step-lifted = Lifted
disaster-step-lapsed = Ran out
disaster-step-reported = Reported
disaster-step-closed = Closed
disaster-activate = Activate the disaster exception
disaster-activate-here = Activate the disaster exception for this facility
disaster-activate-about = Every facility concerned is told at once. It ends when its time runs out and never extends itself.
disaster-activate-do = Activate
disaster-begin = Begin it provisionally for this facility
disaster-begin-about = For when the secretariat cannot be reached. It ends after 24 hours. Until the secretariat answers you can renew it, to 72 hours in all. Not ratified by then, it ends and has to be cleared up. Tell the secretariat by telephone as well.
disaster-begin-do = Begin provisionally
disaster-own = Renew it or take it back
disaster-own-about = It waits for the secretariat to ratify it. Renewed, it lasts 24 hours from now (72 hours from its beginning at most).
disaster-act = Act on this exception
disaster-act-about = What is done is recorded with its reason, who did it and when.
disaster-act-do = Do it
disaster-do-ratify = Ratify it (from now, for the days below)
disaster-do-refuse = Refuse it (it ends at once and is cleared up)
disaster-do-extend = Extend it (by the days below, from its present end)
disaster-do-lift = Lift it (it ends at once and is cleared up)
disaster-do-lift-in = Lift it in the chosen places only
disaster-do-begin = Begin a real one provisionally, beside the drill
disaster-do-renew = Renew it (24 hours from now)
disaster-do-withdraw = Take it back (it ends at once and is cleared up)
disaster-do-report = File the report (say under reason what was learned)
disaster-do-close = Close it
disaster-field-act = What to do
disaster-field-areas = Areas to activate it in (none chosen: the whole region)
disaster-field-places = Places to lift it in
disaster-field-why = Reason
disaster-field-why-about = Such as: flooded and without power, the office's devices cannot be used. Do not name patients.
disaster-field-basis = Basis
disaster-field-basis-about = Such as: article 25, an evacuation order, the city's disaster headquarters
disaster-field-days = Days
disaster-field-days-about = 1 to 31. Usually 7.
disaster-field-event = When it really happened
disaster-field-event-about = Only to enter later what was decided by telephone or on paper. Empty: now. The time of entry is kept as well.
disaster-field-drill = As a drill (no real device or approval is touched)
disaster-basis-usual = Article 25 of the rules (lives come first)
disaster-wrong-why = Give a reason of 1 to { $most } characters.
disaster-wrong-basis = Give the basis in 1 to { $most } characters.
disaster-wrong-days = Give the days as a number from 1 to { $most }. The end cannot be more than { $most } days from now.
disaster-wrong-event = Give year, month, day, hour and minute of a time within the past { $days } days, not before the exception began and not to come.
disaster-wrong-act = Choose what to do.
disaster-refused-covered = The disaster exception is in force at this facility already.
disaster-refused-changed = Somebody else acted first. See how it stands now and choose again.
disaster-refused-not-yours = This is not for you to do.
disaster-refused-phase = It stands as “{ $phase }” now, so this cannot be done. Its time ran out, or somebody else acted first.
disaster-refused-used-up-until = The last one was not ratified, or those you withdrew have used up the 72 hours, so you cannot begin one before { $until }. Ask the secretariat to activate it.
disaster-refused-used-up = A provisional exception lasts 72 hours in all. Ask the secretariat to ratify or activate it.
disaster-refused-not-later = The new end is not later than the present one.
disaster-refused-places = Choose at least one place.
disaster-refused-uncleared = { $n } devices or people are not cleared yet. Clear them all before closing.

# What it lets in, and what is cleared afterwards.
let-in-title = Devices outside management: registering and clearing
let-in-new = Register a device
let-in-never-blocks = Go on with your care whether or not you register. Fill in what you can.
let-in-field-whose = Whose device
let-in-own = A member of staff's own
let-in-lent = Lent or shared
let-in-guest = Of somebody who came to help
let-in-skipped = Used without a name
let-in-open = Not cleared yet
let-in-n = { $n }
let-in-field-name = Name of whoever uses it
let-in-field-machine = Kind of device
let-in-phone = Telephone
let-in-tablet = Tablet
let-in-computer = Computer
let-in-other = Other
let-in-field-contact = Telephone number
let-in-field-from = Where the helper comes from
let-in-field-from-about = For helpers only. Such as: a disaster medical team
let-in-field-days = Days of help
let-in-field-days-about = For helpers only. 1 to { $n }; then the device is to be cleared.
let-in-do = Register
let-in-skip = Use it without a name (only counted)
let-in-list = Registered devices
let-in-none = No device is registered.
let-in-not-now = The disaster exception is not in force now, so nothing can be registered. Ask your administrator.
let-in-only-late = The disaster exception is not in force at this facility now. To enter a device that was used while it was, give the real time as well.
let-in-none-held = The disaster exception was not in force at this facility at { $at }. Check the real time.
let-in-nameless = No name
let-in-over = over
let-in-not-cleared = Not cleared
let-in-clear = Clear it
let-in-clear-do = Note as cleared
let-in-col-who = Who
let-in-col-what = Device
let-in-col-cleared = Cleared
let-in-check-logged-out = Logged out of MCS
let-in-check-passwords = Saved passwords removed
let-in-check-pictures = Pictures and downloads removed
let-in-check-apps = The MCS app removed
let-in-check-new-password = The MCS password changed
let-in-field-how = How it was cleared
let-in-cleared-done = Everything was done
let-in-cleared-unused = Never used, or registered by mistake
let-in-cleared-unreachable = Cannot be reached
let-in-cleared-application = The use of the personal device was approved
let-in-papers = Papers that went ahead of their approval
let-in-papers-left = { $n ->
    [one] One paper went ahead of its approval under the disaster exception.
   *[other] { $n } papers went ahead of their approval under the disaster exception.
  }
let-in-papers-see = See the papers
let-in-apply = Go on using it: apply (§20-7)
let-in-applied = Application No. { $n }. Its approval clears this device.
let-in-apply-first = It is cleared once its application is approved. Without one, tick every item.
let-in-no-application = This device cannot become an application: it is cleared already, or is not a member of staff's own.
let-in-field-why = Reason (unless everything was done)
let-in-left = To note that everything was done, tick every item.
let-in-wrong-reason = Unless everything was done, give a reason.
let-in-wrong-long = A field takes at most { $most } characters.
let-in-wrong-guest = For a helper's device give the name and where they come from.
let-in-wrong-days = Give the days of help as a number from 1 to { $most }.
let-in-due = { $n ->
    [one] 1 device is to be cleared.
   *[other] { $n } devices are to be cleared.
 }
let-in-figures = Devices used under this exception
let-in-left-at = Facilities with something left to clear
todo-disaster-clear = { $n ->
    [one] 1 device or paper under the disaster exception is to be cleared.
   *[other] { $n } devices or papers under the disaster exception are to be cleared.
 }
todo-disaster-overdue = { $n ->
    [one] 1 device of a disaster exception should have been cleared by now. Ask its facility.
   *[other] { $n } devices of disaster exceptions should have been cleared by now. Ask their facilities.
 }
todo-disaster-waiting = { $n ->
    [one] 1 provisional exception waits to be ratified.
   *[other] { $n } provisional exceptions wait to be ratified.
 }
todo-do-clear = Clear them
todo-do-disaster = See the disaster exception
door-title = Link and QR code for registering
door-about = With it, staff without an account register a device while the disaster exception is in force. It does nothing else, and nothing at other times.
door-none = There is no link yet. Make it before a disaster, print it and put it up.
door-make = Make a link
door-again = Make a new link
door-again-about = A new link makes the present link and QR code void.
door-card = Registering devices in a disaster ({ $name })
door-card-about = While the disaster exception is in force, register the device outside management that you use here (it takes half a minute). If you cannot, go on with your care all the same.
door-qr = QR code for registering
door-made = made { $name }
join-title = Registering a device in a disaster
join-done = Registered.
join-done-then = Go on with your care. When the disaster is over, please log out and remove saved passwords, pictures and the app. You can register another device here.
join-kept = What you enter is seen by this facility's administrator alone and serves for clearing up afterwards. Do not name patients.
join-too-many = Many devices were registered within a short time; please wait a little. Go on with your care all the same: write it down and give it to your administrator later.
disaster-paper-title = Disaster exception: record sheet
disaster-paper-about = For when nothing can be entered because power or lines are down. Print it beforehand; later enter what it says together with when it really happened.
disaster-paper-machine = When the second factor is not at hand, the operator can use this command on the collector's machine:
disaster-paper-decided = Decided
disaster-paper-begun = Activated, or begun provisionally
disaster-paper-when = When
disaster-paper-told = Told to the secretariat (when, whom, how)
disaster-paper-devices = Devices outside management that were used
disaster-paper-cleared = Cleared
disaster-paper-then = Do not write patients' names or conditions. Keep the sheet as a record after entering it.

# Devices that are gone.
gone-title = Devices flooded, washed away or missing
gone-about = All chosen devices are noted as lost. If one is heard of, you are told; no verdict changes. Once found, a device comes back on its own page.
gone-drill = This is a drill: the chosen devices stay as they are, only the drill's record is kept.
gone-not-now = The disaster exception is not in force now. To enter a device that was lost while it was, give the real time as well.
gone-no-devices = No device is in use.
gone-field-devices = Devices
gone-field-how = What happened
gone-flooded = Flooded
gone-washed-away = Washed away
gone-missing = Missing
gone-field-why = Circumstances
gone-field-why-about = Such as: the office on the ground floor was flooded. Do not name patients.
gone-do = Note all as lost
gone-list = Devices that are gone
gone-wrong-how = Choose what happened.
gone-wrong-devices = Choose at least one device.
