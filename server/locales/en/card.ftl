# The card printed with an enrolment code: no names on it.
card-title = Enrolment card (for printing)
card-about = This card is enough to enrol. It bears no name of a facility or person. Destroy it after use.
card-server = Collector
card-steps = Steps
card-step-install = Install the checking program on the device.
card-step-run = Run this line with administrator's rights.
card-step-type = Type the code above when asked (the hyphens may be left out).
card-step-confirm = The device then waits to be confirmed: compare it with the real one.
card-other = Windows and macOS: there is no checking program yet. The steps will stand here once there is.
