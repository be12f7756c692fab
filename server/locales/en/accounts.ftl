# Accounts of a region.
accounts-title = Accounts
accounts-about = Issue a new one-time link for somebody who can no longer sign in. Their sign-ins end at once, and when the link is used, their former ways in stop working. They are told that it was issued. Hand it over in a way that shows who they are, by telephone for example.
accounts-list = Accounts of this region
accounts-col-ways = Ways to sign in
accounts-col-signed-in = Last sign-in
accounts-short-ways = Ways
accounts-short-signed-in = Last
accounts-no-way = Not set up yet
accounts-link-until = Link issued (until { $until })
accounts-never = No record
accounts-issue = Issue a new link
accounts-issue-label = Issue a new link for { $name } ({ $login })
accounts-to-first = To the first
accounts-way-password = Password and authenticator app
accounts-way-passkeys = { $n ->
    [one] 1 passkey
   *[other] { $n } passkeys
}
accounts-own = You cannot issue a link for yourself. Change your ways in under “My account”, or ask another member of the secretariat.
accounts-issued-title = One-time link
accounts-issued = This link is for { $name } only. <It can be seen on this page only.> Make sure who they are before you hand it over. It works once, until { $until }.
accounts-issued-before = A link is shown only once, when it is issued. If you could not see it, issue another; the link before then stops working.
accounts-back = To the list of accounts
