-- Regions, facilities, devices: what every other table hangs on. Times are UTC seconds. Ids are UUIDv7 text.
CREATE TABLE region (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    pack        TEXT NOT NULL,            -- rule pack id
    created_at  BIGINT NOT NULL
);

CREATE TABLE facility (
    id          TEXT PRIMARY KEY,
    region_id   TEXT NOT NULL REFERENCES region (id),
    name        TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX facility_by_region ON facility (region_id, id);

-- The ledger's side of a device: changes rarely. `n` is the small key of the hot tables.
CREATE TABLE device (
    id            TEXT PRIMARY KEY,
    n             BIGINT NOT NULL UNIQUE,
    region_id     TEXT NOT NULL REFERENCES region (id),
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    label         TEXT NOT NULL,
    ownership     TEXT NOT NULL,          -- managed | personal
    class         TEXT NOT NULL,          -- shared::report::DeviceClass
    standing      TEXT NOT NULL,          -- pending | active | lost | copied | reconfirm | retired | refused
    enrolled_at   BIGINT NOT NULL,
    confirmed_at  BIGINT,
    confirmed_by  TEXT
);
CREATE INDEX device_by_facility ON device (facility_id, id);
