# Saying that a device is of another kind, or another's.
sort-offer = Change kind or owner
sort-title = Changing kind or owner of { $device }
sort-then-judged = Kind and owner decide which clauses apply. It is judged again at once.
sort-then-facts = What a person’s own device tells is seen by its facility alone. Once it is the facility’s, the secretariat and auditors see it too.
sort-then-seen = The change and its reason stay in the secretariat’s view, under “Devices taken out of the count”.
sort-do = Change it
sort-same = Kind and owner are as they were. Choose what is to change.
sort-wrong = Kind or owner was not chosen. Choose again.
sort-gone = Somebody else has changed this device, or it is out of use. Nothing was changed. See its page for how it stands now.
sort-owner-changed = was { $was }, is { $is }
sort-class-changed = was { $was }, is { $is }
