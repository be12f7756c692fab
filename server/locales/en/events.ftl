# What can happen to an account's ways in; the key is `event-` and the stored word.
event-reset_issued = A one-time link was issued to set the account up again.
event-reset_used = The account was set up again with a one-time link.
event-reset_asked = Somebody asked, with the password alone, to set the account up again.
event-reset_stopped = The request to set the account up again was cancelled by an ordinary sign-in. If you do not know of it, change your password.
event-password_changed = A password was set.
event-password_removed = Sign-in by password and authenticator app was given up.
event-app_changed = An authenticator app was registered.
event-codes_renewed = New recovery codes were made.
event-passkey_added = A passkey was registered.
event-passkey_removed = A passkey was removed.
event-oidc_linked = Linked to the organisation's account.
event-address_registered = A mail address was registered.
event-address_removed = The registered mail address was removed.
event-oidc_unlinked = The link to the organisation's account was removed.
event-calendar_made = An address for calendars was made.
event-calendar_ended = The address for calendars was ended.
