# Periods of retention, and erasing the names of those who hold no role any more.
retention-title = What is kept how long
retention-about = Each record is kept for this time, counted from the day after its own, and deleted by a daily job after that (the operation log says how many went). What is under way is kept until it ends, and counted from then.
retention-col-record = Record
retention-col-period = Kept for
retention-source = Basis
retention-no-source = The rule pack does not say
retention-endless = The ledger of devices and facilities, facilities’ taking part, dates of roles and the own rules now in force are not deleted by time. The newest report of a device in use stays, and so do the newest review of a list of staff, anybody’s newest training and every edition of the pledge that somebody’s signature stands under. Nothing goes of a missing device, or of a paper, incident or disaster exception that is not closed. What is left of the operation log can be proven after a deletion.
retention-reports = Reports (what devices sent)
retention-changes = Changes of state
retention-presence = Marks of the days with a report (by year)
retention-papers = Papers and incident reports
retention-losses = Losses and findings
retention-self-checks = Self-checks
retention-own-rules = Facilities’ own rules that were withdrawn, replaced or refused
retention-policies = Earlier decisions about personal devices
retention-members = Staff who have left
retention-trainings = Trainings and who took part
retention-pledges = Replaced editions of the pledge
retention-reviews = Reviews of the list of staff
retention-notices = Notices and who read them
retention-alerts = Alerts that were looked at
retention-account-events = What happened to accounts
retention-disasters = Disaster exceptions and the unmanaged devices let in
retention-log = Operation log
retention-people = Names of those who hold no role any more
retention-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
retention-months = { $n ->
    [one] 1 month
   *[other] { $n } months
}
retention-years = { $n ->
    [one] 1 year
   *[other] { $n } years
}
retention-checked = How long it is kept
retention-checked-about = What was sent is deleted after { $reports }, records such as changes of state after { $records }.
retention-former-title = People without a role
retention-former-about = The name of somebody who holds no role any more is erased by itself after { $period }. If it has to go earlier, erase it here.
retention-former-list = People whose names are still on file
retention-former-none = There is nobody without a role whose name is on file.
retention-former-left = Left
retention-former-role = Last role
retention-erase = Erase the name
retention-erase-of = { $name }: erase the name
retention-erase-title = Erase a name
retention-then-gone = Name and sign-in name of { $name } go from the account, the record of roles, the applicant of papers and the operation log. This cannot be undone.
retention-then-chain = The entries of the operation log stay, and its proof (verify-log) still holds. They say that the name has been erased.
retention-then-typed = A name that somebody else wrote into a text stays with that record until its time is over.
retention-then-recorded = Who erased it, when and why is written into the operation log.
retention-not-former = This person holds a role, or the name has been erased already. If they hold a role, end it first.
retention-open-paper = A paper that is for this person is open. Close it first.
