-- Retention, and calendar feeds. A person whose names were erased stays as an id that other rows point to.
ALTER TABLE person ADD COLUMN erased_at BIGINT;

-- The highest number of a facility's papers of a kind that are kept no longer: no number is given out twice.
CREATE TABLE paper_number (
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    kind          TEXT NOT NULL,
    number        BIGINT NOT NULL,
    PRIMARY KEY (facility_id, kind)
);

-- Secret addresses under which calendars read an account's deadlines. `hash` is SHA-256 of the secret in the address.
CREATE TABLE calendar_feed (
    person_id     TEXT PRIMARY KEY REFERENCES person (id),
    hash          TEXT NOT NULL UNIQUE,
    language      TEXT NOT NULL,             -- where the account has chosen none: as it was read when it was made
    made_at       BIGINT NOT NULL
);
