# What a person must look at, and devices that wait for a decision.
alerts-title = { $n ->
    [one] Something to look into
   *[other] { $n } things to look into
}
alerts-lost-seen = A report has arrived from a device that counts as lost.
alerts-lost-seen-todo = Find out whether it was found or somebody else is using it. The report is kept as evidence.
alerts-copied = Two devices may hold the same key (possibly copied).
alerts-copied-todo = Look at the device itself, then confirm it or refuse it.
alerts-copied-decide = To the devices waiting to be confirmed
alerts-when = { $times ->
    [one] Last { $last } ({ $ago }), first { $first }, once
   *[other] Last { $last } ({ $ago }), first { $first }, { $times } times
}
alerts-close = I have looked into it
alerts-close-one = I have looked into { $name }
alerts-personal-not-yours = Only the facility can look into a person’s own device. Please contact the facility.
alerts-more = There are more. Close those you have looked into to see the rest.
alerts-waiting = { $n ->
    [one] One device waits to be confirmed by a person.
   *[other] { $n } devices wait to be confirmed by a person.
}
alerts-waiting-act = Compare it with the device itself and confirm
alerts-pager = Pages of the list
alerts-next-devices = Next devices
alerts-next-codes = Next codes
alerts-no-further = There are no more.
alerts-no-qr = The QR code could not be drawn. Type the code above.
