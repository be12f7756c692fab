-- 事業所の定め (§26): what facilities lay down for themselves and file. A filing's rules never change; what replaces it is another filing.
CREATE TABLE own_rules (
    id            TEXT PRIMARY KEY,
    number        BIGINT NOT NULL,           -- within the facility, from 1
    region_id     TEXT NOT NULL REFERENCES region (id),
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    stage         TEXT NOT NULL,             -- waiting | in_force | refused | withdrawn | superseded
    rules         TEXT NOT NULL,             -- `screen_lock.max_s = 300`, one a line
    looser        TEXT NOT NULL,             -- keys of what needs the secretariat's acceptance, with spaces between
    pack          TEXT NOT NULL,             -- pack and revision it was written over
    reason        TEXT NOT NULL,
    filed_at      BIGINT NOT NULL,
    filed_by      TEXT NOT NULL,
    decided_at    BIGINT,
    decided_by    TEXT,
    decision      TEXT,                      -- the secretariat's reason
    ended_at      BIGINT,
    ended_by      TEXT,
    ended_why     TEXT                       -- of a withdrawal
);
CREATE UNIQUE INDEX own_rules_by_facility ON own_rules (facility_id, number);
CREATE INDEX own_rules_by_region ON own_rules (region_id, id);
CREATE INDEX own_rules_by_stage ON own_rules (region_id, stage, id);

-- What the writer judges a facility's devices with: at most one filing, and most facilities have none.
CREATE TABLE own_rules_in_force (
    facility_id   TEXT PRIMARY KEY REFERENCES facility (id),
    own_rules_id  TEXT NOT NULL REFERENCES own_rules (id),
    accepted      TEXT NOT NULL,             -- `looser` of the filing
    rules         TEXT NOT NULL
);
