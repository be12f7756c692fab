-- Areas (エリア): what a region calls a part of itself, such as 周東. A facility may lie in several, or in none.
CREATE TABLE area (
    id           TEXT PRIMARY KEY,
    region_id    TEXT NOT NULL REFERENCES region (id),
    name         TEXT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX area_by_name ON area (region_id, name);

CREATE TABLE facility_area (
    area_id      TEXT NOT NULL REFERENCES area (id),
    facility_id  TEXT NOT NULL REFERENCES facility (id),
    PRIMARY KEY (area_id, facility_id)
);
CREATE INDEX facility_area_by_facility ON facility_area (facility_id, area_id);

-- 紛失: one row for each time a device went missing. What was told comes with the act or after it; the operator may tell nothing.
CREATE TABLE loss (
    id           BIGINT PRIMARY KEY,
    region_id    TEXT NOT NULL REFERENCES region (id),
    facility_id  TEXT NOT NULL REFERENCES facility (id),
    n            BIGINT NOT NULL,                 -- the device
    lost_at      BIGINT NOT NULL,                 -- when it went missing, as told; else when it was noted
    noted_at     BIGINT NOT NULL,
    noted_by     TEXT NOT NULL,                   -- person id, or `operator`
    reason       TEXT NOT NULL,
    found_at     BIGINT,                          -- when it was found, as told
    closed_at    BIGINT,                          -- when that was noted; NULL: still missing
    closed_by    TEXT,
    found_reason TEXT
);
CREATE UNIQUE INDEX loss_open ON loss (n) WHERE closed_at IS NULL;
CREATE INDEX loss_by_device ON loss (n, id);

-- What another kind or owner replaced: `ownership=managed>personal class=laptop>tablet`. Empty for the other kinds of exclusion,
-- of which one more is `reclassified`.
ALTER TABLE exclusion ADD COLUMN change TEXT NOT NULL DEFAULT '';
