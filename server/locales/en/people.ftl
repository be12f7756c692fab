# Roles: appointing, handing over, ending, deputies, vacancies. Devices taken out of the count.
people-title = People in charge
people-of = People in charge at { $facility }
people-accounts = Accounts
people-intro = Who holds which role at this facility, and since when. Every facility has exactly one administrator (article 15 of the rules).
people-since = Vacant since
people-vacant-days =
    { $n ->
        [0] There is no administrator, since today.
        [one] There has been no administrator for a day.
       *[other] There has been no administrator for { $n } days.
    }
people-vacant-what = The head of the facility appoints one; where there is no head, the secretariat does. After { $n } days the secretariat is alerted.
people-nobody = Nobody.
people-col-name = Name
people-col-since = Since
people-col-how = Appointed
people-col-account = Sign-in
people-col-act = Action
people-col-role = Role
people-col-term = Term
people-col-facility = Facility
people-col-vacant = Vacant
people-how = { $by } (reason: { $why })
people-how-by = { $by }
people-how-unknown = Not on record
people-operator = the operator (at the server)
people-by-name = { $name }
people-link-waits = Link handed out (valid until { $until })
people-signed-in = Last { $ago }
people-never-signed-in = Never so far
people-appoint = Appoint
people-hand-over = Hand over
people-end = End the role
people-appoint-secretariat = Appoint a member of the secretariat
people-appoint-auditor = Appoint an auditor of the region
people-task-secretariat = Sees every facility of the region, takes facilities in, and appoints heads and auditors.
people-task-head = Appoints the administrator and the deputy, and approves the administrator's own requests.
people-task-administrator = Looks after the devices day by day: registration, self-checks, notices.
people-task-deputy = Does what the administrator does, while deputies are allowed. Gives no roles.
people-task-auditor = Reads and exports, and changes nothing. Of personal devices, only the state is shown.
people-deputies = Deputies
people-deputies-off = There are no deputies at this time. A deputy's account, if there is one, does not work.
people-deputies-on = Deputies act since { $from }, with no end set.
people-deputies-until = Deputies act from { $from } to { $until }.
people-deputies-rules = The rules allow deputies at any time.
people-deputies-on-means = With this on, a deputy can act for the administrator.
people-deputies-off-means = With this off, deputies can do nothing from that moment on. Their accounts and roles stay.
people-deputies-changed = Somebody else changed the deputies’ term first. Yours has changed nothing. Open the page again and look at how things stand.
people-deputies-do-on = Allow deputies
people-deputies-do-off = Stop deputies
people-until = Until
people-until-support = To the end of this day. Left empty, it lasts until it is stopped.
people-past = Earlier holders
people-past-none = Nobody has left a role.
people-title-appoint = Appointing: { $role }
people-title-hand-over = Handing over: { $role }
people-title-confirm = Confirm the appointment
people-title-end = Confirm the end
people-title-link = Appointed
people-holds-now = { $name } holds it now. Once it is handed over, { $name } can no longer sign in.
people-whom = Who is to be appointed?
people-newcomer = Somebody new (enter name and sign-in name below)
people-known = { $name } ({ $login }, role now: { $role })
people-no-role = none
people-name = Name
people-name-support = For somebody new. Shown on pages.
people-login = Sign-in name
people-login-support = For somebody new. Letters, digits and . _ - @, 3 to 64 characters.
people-why = Reason
people-why-support = Up to { $n } characters. Write nothing about patients or clients.
people-need = (required)
people-next = Go on to confirm
people-cancel = Cancel
people-back = To the list
people-not-yet = Nothing has changed yet. This is what will happen:
people-then-holds = { $name } becomes: { $role }.
people-then-ends = { $name } stops being: { $role }.
people-then-former = { $name } can no longer sign in, at once. Open pages, one-time links, passkeys, the password, and the enrolment codes and API tokens that { $name } made all stop working.
people-then-open = Whatever is under way, such as devices waiting to be confirmed, stays with the facility for the next person.
people-then-changes = The role that { $name } holds now ({ $role }) ends, and they have to sign in again.
people-then-vacant = The facility will have no administrator. The secretariat sees the vacancy and its days.
people-then-link = The next page shows a one-time link, once. Hand it to the person themself.
people-then-mailed = A one-time link is mailed to { $address }.
people-then-recorded = Time, person and reason are kept on record.
people-do-appoint = Appoint
people-do-hand-over = Hand over
people-do-end = End the role
people-link = A one-time link for { $name } alone, valid until { $until }. Make sure that it is them before you hand it over.
people-link-once = It is shown on this page only.
people-link-gone = The link is shown once, when somebody is appointed. If you missed it, ask the secretariat to issue a new one.
people-wrong-reason = Enter a reason of up to { $most } characters.
people-wrong-until = Enter today or a later day as year, month and day under “Until” (for example 2026, 8 and 31), or leave it empty.
people-wrong-whom = There is no such account here. Choose again.
people-wrong-login = A sign-in name has 3 to 64 characters: letters, digits and . _ - @.
people-wrong-name = A name has 1 to { $most } characters.
people-taken = The sign-in name “{ $login }” is taken. Choose another one, or choose the person from the list.
people-holds-already = { $name } holds that role already, appointed at { $at } by { $by }. Nothing was changed.
people-changed = { $by } was quicker and appointed { $name } at { $at }. Nothing was changed, and what you typed is still here. If it is to be handed over all the same, go on once more.
people-ended-meanwhile = { $by } was quicker and ended the role of { $name } at { $at }. Nothing was changed. Look at how things are now.
people-gone = That person no longer holds the role. Nothing was changed. Look at how things are now.
people-no-deputies = This facility has no deputies at this time. Choose “Allow deputies” first.
people-not-yours = That role is not yours to decide. The head of the facility decides on administrator and deputy (where there is none, the secretariat), the secretariat on the others.
people-own = Nobody changes their own role. Ask somebody else, such as the secretariat.
people-last-secretariat = The last account of the region's secretariat cannot be ended. Appoint a second person first.
people-not-your-role = Your role ({ $role }) does not allow this. Ask the administrator of the facility or the secretariat.
people-deputy-rests = Deputies do not act at this time. If you are needed, ask the head of the facility or the secretariat to allow deputies.
people-vacancies = Facilities without an administrator
people-vacancies-intro = Article 15 of the rules has exactly one administrator at each facility. Get in touch with a facility that has had none for more than { $n } days.
people-vacancies-none = None.
people-vacancies-total =
    { $n ->
        [one] One facility has no administrator.
       *[other] { $n } facilities have no administrator.
    }
people-vacancies-alarming =
    { $n ->
        [one] One of them has had none for long: get in touch.
       *[other] { $n } of them have had none for long: get in touch.
    }
people-vacancies-see = See the list
people-vacant-alarm = Get in touch
people-days =
    { $n ->
        [one] 1 day
       *[other] { $n } days
    }
device-personal-named = Personal device ({ $id })
device-facts-hidden = This is a personal device: only its state is shown. What it told is for the people in charge at its facility alone.
device-personal-not-yours = Only those in charge at the facility can confirm a personal device.
device-state = State
device-clause = Clause
device-by-clause = State by clause
device-last-seen = Last report:
device-no-report = Nothing reported yet.
retire-offer = Take this device out of use
retire-title = Taking { $device } out of use
retire-then-refused = From then on, nothing that this device reports is taken.
retire-then-wipe = The data on the device stays. Before it leaves your hands, delete them and have that confirmed (article 20, item 9).
retire-then-seen = The reason stays in the secretariat's view, under “Devices taken out of the count”.
retire-then-for-good = It cannot be undone. To be used again, the device has to be registered anew.
retire-do = Take it out of use
retire-gone = This device is out of use already, or was refused. See the list of devices for how it stands now.
excluded-title = Devices taken out of the count
excluded-intro = Devices out of use, devices that were refused, devices whose kind or owner was changed, and devices for which “cannot be set” was answered. They stay here, with the reason.
excluded-none = None.
excluded-no-more = No more of them.
excluded-caption = Newest first
excluded-col-device = Device
excluded-col-what = How
excluded-col-reason = Reason
excluded-col-who = Who and when
excluded-retired = Out of use
excluded-refused = Refused
excluded-cannot-set = Cannot be set
excluded-reclassified = Kind or owner changed
excluded-devices =
    { $n ->
        [one] 1 device of a self-check
       *[other] { $n } devices of a self-check
    }
excluded-by-unknown = Not on record
excluded-no-reason = No reason on record
excluded-first = To the first
excluded-next = More
