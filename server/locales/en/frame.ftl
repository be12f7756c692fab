# What surrounds every page.
frame-title = { $page } | Hashimori
frame-brand = Hashimori
frame-brand-note = The state of the devices of the Itsutsubashi network
frame-skip = Skip to the text
frame-nav = Main pages
frame-promise = Hashimori only reads how a device stands; it changes no setting.
frame-language = Language
nav-places = Facilities and devices
nav-rules = Rules
nav-what-is-checked = What the checking program sees
nav-what-is-checked-whole = What the checking program sees, and what it never sees
nav-account = My account
nav-sign-out = Sign out
