-- How a facility allows personal devices (§20-13), with its note on the risk; the newest counts.
CREATE TABLE personal_policy (
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    n             BIGINT NOT NULL,
    mode          TEXT NOT NULL,             -- exception_only | standing | prohibited
    risk          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    by_whom       TEXT NOT NULL,             -- person id
    PRIMARY KEY (facility_id, n)
);

-- Links of a facility that work without an account. 256 random bits: a plain SHA-256 is as strong as the secret itself.
CREATE TABLE facility_link (
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    purpose       TEXT NOT NULL,             -- domain::paper::Kind that it files
    hash          TEXT NOT NULL UNIQUE,
    made_at       BIGINT NOT NULL,
    made_by       TEXT NOT NULL,             -- person id
    PRIMARY KEY (facility_id, purpose)
);

-- Incidents that are open, of a whole region.
CREATE INDEX paper_open_by_region ON paper (region_id, kind, from_at) WHERE open = 1;
