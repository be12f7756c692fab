# The region's facilities, and a facility's devices.
region-title = Facilities of { $name }
region-all = The whole region
region-facilities = Facilities
region-facility = Facility
region-states = State of its devices
region-no-more = There are no more facilities.
region-none = No facility has been taken in yet.
region-list = List of facilities
region-next = See the next facilities
facility-crumb = Facilities of the region
facility-pending = { $n ->
    [one] 1 device is waiting to be confirmed.
   *[other] { $n } devices are waiting to be confirmed.
}
facility-pending-go = Compare with the real ones and confirm
facility-enrol = Enrol a device (enrolment codes)
facility-self-check = Self-check
facility-devices = Devices
facility-no-more = There are no more devices.
facility-none = No device is enrolled yet. Issue an enrolment code, install the checking program on the device, and enrol it.
facility-col-device = Device
facility-col-verdict = State
facility-col-open = Clauses that need action
facility-col-seen = Last check-in
facility-short-open = To do
facility-short-seen = Check-in
facility-more = and { $n } more
facility-list = List of devices
facility-next = See the next devices
device-unnamed = Device without a name
