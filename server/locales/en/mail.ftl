# Mail: what letters say, registered addresses, and letters that did not arrive. The keys of a letter are `mail-subject-` and
# `mail-body-` with its stored word. A letter names no person and no device.
mail-sender = Hashimori
mail-footer = Hashimori ({ $url }) sent this by itself. Nobody reads replies.
mail-subject-address_confirm = [Hashimori] Confirm your mail address
mail-body-address_confirm = Somebody asked to register this mail address for an account in Hashimori. Open the link below by { $until } and sign in to confirm it. If it was not you, do nothing: the address will not be registered.
mail-subject-applicant_confirm = [Hashimori] Your application was received: confirm your mail address
mail-body-applicant_confirm = An application to use a personal device gave this mail address. Open the link below by { $until } to confirm it: you are then told here when it is approved, sent back or ends. If it was not you, do nothing.
mail-subject-address_ended = [Hashimori] This mail address is no longer registered
mail-body-address_ended = On { $at } this mail address was changed or removed from an account in Hashimori. If you do not know why, sign in at the link below at once and tell the secretariat.
mail-subject-invitation = [Hashimori] Set up your account
mail-body-invitation = An account has been made for you. Open the link below by { $until } and choose how to sign in. The link works once. Do not forward it.
mail-subject-reset_link = [Hashimori] Link to set your account up again
mail-body-reset_link = This link sets an account up again whose owner cannot sign in. It works once, until { $until }. Do not forward it. If you did not ask for it, do not use it, and tell the secretariat.
mail-subject-reset_issued = [Hashimori] A link to set your account up again was issued
mail-body-reset_issued = On { $at } a link that sets your account up again was issued and handed over in another way. If you did not ask for it, sign in at the link below at once and tell the secretariat.
mail-subject-reset_used = [Hashimori] Your account was set up again
mail-body-reset_used = On { $at } the ways to sign in to your account were set up again with a one-time link. If it was not you, tell the secretariat at once.
mail-subject-reset_asked = [Hashimori] Somebody asked to set your account up again
mail-body-reset_asked = On { $at } somebody asked, with the password alone, to set your account up again. It becomes possible at { $ready }. If it was not you, sign in as usual at the link below before then: that cancels the request. Then change your password.
mail-subject-vacancies = [Hashimori] Facilities without an administrator
mail-body-vacancies = { $facilities ->
        [one] One facility has
       *[other] { $facilities } facilities have
    } had no administrator for more than { $days } days (§15). See the list at the link below and get in touch with them.
mail-subject-silence = [Hashimori] Devices that have not reported for long
mail-body-silence = { $devices ->
        [one] One device has
       *[other] { $devices } devices have
    } not reported for more than { $days } days. See the list at the link below.
mail-subject-backup_overdue = [Hashimori] Backups are overdue
mail-body-backup_overdue = No backup has been completed for more than { $hours } hours. Look at the free space where backups go, and at the collector's log.
mail-subject-log_head = [Hashimori] Today's head of the operation log
mail-body-log_head = Today's head of the operation log follows. Keep this mail: with `hashimori-server verify-log --anchor` it shows later that the log was not rewritten. { $head }
mail-subject-paper_asked = [Hashimori] A paper waits for your approval
mail-body-paper_asked = A notice or an application waits for approval. Sign in at the link below and look at it.
mail-subject-paper_approved = [Hashimori] A paper was approved
mail-body-paper_approved = A notice or an application was approved. See its period and conditions at the link below.
mail-subject-paper_sent_back = [Hashimori] A paper was sent back
mail-body-paper_sent_back = A notice or an application was sent back. See why at the link below, correct it and send it again.
mail-subject-paper_refused = [Hashimori] A paper was refused
mail-body-paper_refused = A notice or an application was refused. See why at the link below.
mail-subject-extension_approved = [Hashimori] A longer period was approved
mail-body-extension_approved = The longer period that was asked for was approved. See the new end at the link below.
mail-subject-extension_refused = [Hashimori] A longer period was refused
mail-body-extension_refused = The longer period that was asked for was refused. The end stays as it was. See why at the link below.
mail-subject-personal_revoked = [Hashimori] The approval of a personal device was revoked
mail-body-personal_revoked = The approval of a personal device was revoked. See why at the link below, remove data, sign-ins and saved passwords, and have the end of use confirmed (§20-7).
mail-subject-personal_ends = [Hashimori] The approval of a personal device ends soon
mail-body-personal_ends = The approval of a personal device ends with { $day } (§20-7). To go on using it, apply again before then.
mail-subject-personal_ended = [Hashimori] The approval of a personal device has ended
mail-body-personal_ended = The approval of a personal device ended with { $day } (§20-7). Remove data, sign-ins and saved passwords, and have the end of use confirmed.
mail-subject-take_out_overdue = [Hashimori] A take-out is not back in time
mail-body-take_out_overdue = What was to be back by { $day } is not back (§20-8). Find out where it is and record its return. If it cannot be found, report it lost. Left as it is, it becomes an incident report about a suspected loss, and the secretariat is told as well.
mail-subject-self_check_due = [Hashimori] The self-check is due
mail-body-self_check_due = { $devices ->
        [one] For one device the self-check was not answered, or too long ago.
       *[other] For { $devices } devices the self-check was not answered, or too long ago.
    } Answer it at the link below.
mail-subject-incident_reported = [Hashimori] Urgent: an incident was reported
mail-body-incident_reported = A loss, a theft, an unauthorised access or the like was reported (notes 3-10, 3-11). Sign in at the link below at once and look at it.
mail-subject-lost_seen = [Hashimori] Urgent: a lost device has been in contact
mail-body-lost_seen = A device noted as lost has reported. What it sent is kept as evidence, and the incident stays open. See it at the link below.
mail-subject-first_report_due = [Hashimori] The first report of a leak is due soon
mail-body-first_report_due = An incident is being dealt with. The first report to the authority is due by { $day }. Record it once it is made; if it is no leak, record why.
mail-subject-first_report_over = [Hashimori] The first report of a leak is overdue
mail-body-first_report_over = The first report to the authority about an incident was due by { $day }. Record it once it is made; if it is no leak, record why.
mail-subject-full_report_due = [Hashimori] The full report of a leak is due soon
mail-body-full_report_due = An incident is being dealt with. The full report to the authority is due by { $day }. Record it once it is made; if it is no leak, record why.
mail-subject-full_report_over = [Hashimori] The full report of a leak is overdue
mail-body-full_report_over = The full report to the authority about an incident was due by { $day }. Record it once it is made; if it is no leak, record why.
mail-subject-disaster_asked = [Hashimori] Urgent: a disaster exception waits to be ratified
mail-body-disaster_asked = A facility began a disaster exception by itself (§25). It ends at { $until } unless it is ratified. Answer at the link below.
mail-subject-disaster_on = [Hashimori] A disaster exception holds
mail-body-disaster_on = A disaster exception holds (§25). Until { $until } unmanaged devices may be registered and used; the link below says how. Do not wait for that: life comes first.
mail-subject-disaster_extended = [Hashimori] A disaster exception has another end
mail-body-disaster_extended = The disaster exception goes on until { $until } (§25). See the link below.
mail-subject-disaster_ended = [Hashimori] A disaster exception is over
mail-body-disaster_ended = The disaster exception is over (§25). Clear the unmanaged devices that were used, one by one, in the list at the link below.
mail-subject-notice = [Hashimori] A notice from the secretariat
mail-body-notice = The secretariat has sent a notice (valid until { $day }). Sign in at the link below, read it and press “I have read it”.
mail-subject-notice_urgent = [Hashimori] Urgent: a notice from the secretariat
mail-body-notice_urgent = The secretariat has sent an urgent notice (valid until { $day }). Sign in at the link below at once, read it and press “I have read it”.
mail-subject-notice_reminder = [Hashimori] A notice is not confirmed yet
mail-body-notice_reminder = Nobody at your facility has confirmed a notice of the secretariat yet (valid until { $day }). Sign in at the link below, read it and press “I have read it”.
mail-subject-disaster_uncleared = [Hashimori] Devices of a disaster exception are not cleared
mail-body-disaster_uncleared = { $devices ->
        [one] One entry (a device or a paper) has
       *[other] { $devices } entries (devices and papers) have
    } not been cleared { $days } days after the disaster exception ended (§25). See the list at the link below.
mail-subject-test = [Hashimori] Test
mail-body-test = A test of the collector. If you read it, the settings are right.

account-mail = Mail
account-mail-registered = Registered mail address
account-mail-none = None is registered. With one you get the link when you cannot sign in, and are told of important changes to your account.
account-mail-off = This collector sends no mail at present.
account-mail-pending = A mail to confirm it was sent to { $address }. Open its link by { $until }.
account-mail-set = Register a mail address
account-mail-change = Change the mail address
account-mail-remove = Remove the mail address
account-mail-title = Register a mail address
account-mail-about = A mail is sent there to confirm it. Until you have opened its link, nothing changes.
account-mail-address = Mail address
account-mail-address-about = Such as hanako@hotaru.example. Avoid an address that others can read.
account-mail-send = Send the mail
account-mail-wrong = This cannot be read as a mail address. Type it as name@domain.
account-mail-often = Too many mails to confirm an address were sent. Try again after { $until }.
account-mail-gone = This link confirms nothing. It was used, has ended, or is for another account. Register the address again under Mail on your account.
account-mail-confirm-title = Confirm the mail address
account-mail-confirm-about = { $address } will be the mail address of the account { $login }.
account-mail-confirm = Register this address

people-mail = Mail address (if you know it)
people-mail-support = If given, the link that sets the account up is mailed there and not shown on the screen. Give an address that only this person reads.
people-link-mailed = The link for { $name } is being mailed to the address you gave. It works until { $until }. If it does not arrive, the secretariat can issue a new one from its list of accounts.
accounts-mailed = The link for { $name } is being mailed to the address they registered. It works until { $until }.
accounts-mailed-not = If they cannot read their mail, show a new link on this screen, make sure who they are, and hand it over. The link that was mailed stops working.
accounts-show = Show a link on the screen

letters-title = Mail that has not arrived
letters-about = Mail that could not be sent, and mail that is tried again. Addresses are not shown.
letters-applicant = an applicant without an account
letters-none = None.
letters-more = The newest { $n } are shown.
letters-col-what = About
letters-col-whom = For
letters-col-when = Written
letters-col-why = Why
letters-col-next = Next
letters-again = tried again at { $at }
letters-given-up = given up
letters-noted = Mark those given up as read
letters-note-failed = { $n ->
        [one] Action needed: one mail could not be sent.
       *[other] Action needed: { $n } mails could not be sent.
    }
letters-note-retried = { $n ->
        [one] One mail could not be sent yet and is tried again.
       *[other] { $n } mails could not be sent yet and are tried again.
    }
letters-see = See them
mail-failure-unreachable = The mail server could not be reached.
mail-failure-denied = The mail server does not let the collector sign in ({ $code }).
mail-failure-later = The mail server asked to try later ({ $code }).
mail-failure-refused = The mail server refused it ({ $code }). Ask the person whether the address is right.
mail-failure-unwritable = The mail could not be written.
mail-failure-overdue = It was too late to send it.
mail-failure-too-many = Too much mail to the same person was waiting, so it was not sent. Ask them to look at the pages.
mail-subject-guidance_issued = [Hashimori] A caution or instruction
mail-body-guidance_issued = The secretariat has issued a caution or an instruction to your facility (article 10 of the rules). Open this link, read it, and say until the day set what was done.
mail-subject-guidance_answered = [Hashimori] A caution or instruction was answered
mail-body-guidance_answered = A facility answered a caution or an instruction (article 10 of the rules). Open this link and see whether it is put right.
mail-subject-restriction_changed = [Hashimori] A restriction of use
mail-body-restriction_changed = The secretariat has begun or changed a restriction of use at your facility (notes 2 of the rules). Open this link to see what it is and until when.
mail-subject-staff_due = [Hashimori] Something is due of the list of staff
mail-body-staff_due = { $n ->
    [one] { $n } thing is due
   *[other] { $n } things are due
} among pledges, trainings, password changes, steps of leaving and the review of the list (§16, §17, §19, Note 1). See the list behind this link.
