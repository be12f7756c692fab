-- The operation log. An act inserts its entry in its own transaction; the sealer gives it its number and links it to the one before.
-- An entry holds ids and a commitment; names and free text lie in `log_words`, from which a person can be erased.
CREATE TABLE log_entry (
    id           TEXT PRIMARY KEY,
    at           BIGINT NOT NULL,
    region_id    TEXT,                    -- NULL: the whole collector
    facility_id  TEXT,                    -- NULL: the whole region
    actor        TEXT NOT NULL,           -- person id, or operator | collector | stranger
    what         TEXT NOT NULL,           -- domain::act::What
    object_kind  TEXT,
    object_id    TEXT,
    detail       TEXT NOT NULL,           -- numbers and words of ours; never a name
    commitment   TEXT NOT NULL,           -- SHA-256 over salt and words, hexadecimal
    seq          BIGINT UNIQUE,           -- NULL until it is sealed
    hash         TEXT,
    signature    TEXT                     -- on the last entry of each run of the sealer
);
CREATE INDEX log_entry_unsealed ON log_entry (at, id) WHERE seq IS NULL;
CREATE INDEX log_entry_by_region ON log_entry (region_id, id);
CREATE INDEX log_entry_by_facility ON log_entry (facility_id, id);
CREATE INDEX log_entry_by_actor ON log_entry (actor);
CREATE INDEX log_entry_by_object ON log_entry (object_id);

CREATE TABLE log_words (
    entry_id     TEXT PRIMARY KEY,
    salt         TEXT NOT NULL,
    actor        TEXT NOT NULL,
    object       TEXT NOT NULL,
    remark       TEXT NOT NULL
);

-- The head of each day, signed; kept for good, so that an old print-out can still be compared.
CREATE TABLE log_day (
    day          BIGINT PRIMARY KEY,      -- JST day on which it was taken
    seq          BIGINT NOT NULL,
    hash         TEXT NOT NULL,
    at           BIGINT NOT NULL,
    signature    TEXT NOT NULL
);

-- Where the log begins after older entries were deleted, signed.
CREATE TABLE log_checkpoint (
    seq          BIGINT PRIMARY KEY,      -- the last one deleted
    hash         TEXT NOT NULL,
    at           BIGINT NOT NULL,
    signature    TEXT NOT NULL
);

-- Who looked at what lately, so that a page read again and again is one entry.
CREATE TABLE log_view (
    person_id    TEXT NOT NULL,
    object_id    TEXT NOT NULL,
    since        BIGINT NOT NULL,
    PRIMARY KEY (person_id, object_id)
);
CREATE INDEX log_view_by_age ON log_view (since);
