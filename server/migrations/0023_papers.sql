-- Papers (§20-7 to §20-9, 留3): what is filed, how it stands, and every step with who, when and why. Rows are never deleted before
-- the retention of records ends.
CREATE TABLE paper (
    id            TEXT PRIMARY KEY,
    region_id     TEXT NOT NULL REFERENCES region (id),
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    kind          TEXT NOT NULL,             -- domain::paper::Kind
    number        BIGINT NOT NULL,           -- counts the facility's papers of this kind
    state         TEXT NOT NULL,             -- domain::paper::State
    open          BIGINT NOT NULL,           -- 1: something is still to be done with it
    applicant     TEXT NOT NULL,             -- the name as typed
    applicant_id  TEXT,                      -- the account, where there is one
    device_id     TEXT REFERENCES device (id),
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL,           -- exclusive
    asked_until   BIGINT,                    -- a longer period that waits for an approval
    fields        TEXT NOT NULL,             -- JSON: {name: value}
    filed_at      BIGINT NOT NULL,           -- the day on the paper, or when it was entered
    entered_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL,           -- how many steps it has had
    UNIQUE (facility_id, kind, number)
);
CREATE INDEX paper_by_facility ON paper (facility_id, id);
CREATE INDEX paper_open ON paper (facility_id, kind, state) WHERE open = 1;
CREATE INDEX paper_by_device ON paper (device_id, kind) WHERE device_id IS NOT NULL;

CREATE TABLE paper_step (
    paper_id      TEXT NOT NULL REFERENCES paper (id),
    n             BIGINT NOT NULL,
    act           TEXT NOT NULL,             -- domain::paper::Act
    state         TEXT NOT NULL,             -- how it stood afterwards
    at            BIGINT NOT NULL,           -- when it was entered
    on_day        BIGINT,                    -- the day on the paper, where it was done on paper first
    by_whom       TEXT NOT NULL,             -- person id
    why           TEXT NOT NULL,
    checker       TEXT NOT NULL,             -- who looked, where somebody else had to
    PRIMARY KEY (paper_id, n)
);
