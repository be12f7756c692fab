-- What devices say and what follows from it. Written by the ingest writer; people's acts touch only standing and roll-ups.
CREATE TABLE meta (
    key         TEXT PRIMARY KEY,         -- epoch | clock_mark | …
    value       TEXT NOT NULL
);

-- Keys of check-ins that are not folded yet: one row per committed batch, in order of arrival.
CREATE TABLE tail (
    id          BIGINT PRIMARY KEY,
    body        BYTEA NOT NULL            -- store::ingest::tail
);

CREATE TABLE tail_mark (
    one         BIGINT PRIMARY KEY,       -- 1: there is one row
    folded      BIGINT NOT NULL           -- tail rows up to this one are folded and gone
);
INSERT INTO tail_mark (one, folded) VALUES (1, 0);

-- The folded side: when a device was last heard of and which keys were taken from it.
CREATE TABLE device_seen (
    n             BIGINT PRIMARY KEY,
    last_seen_at  BIGINT NOT NULL,
    day           BIGINT NOT NULL,        -- JST day of last_seen_at: where the roll-ups count it
    skew_s        BIGINT NOT NULL,        -- device clock minus collector clock at the last check-in
    dropped       BIGINT NOT NULL,        -- check-ins the device's outbox had to drop, in all
    upto          BIGINT NOT NULL,        -- tail row up to which this row is folded
    keys          BYTEA NOT NULL          -- store::ingest::keys
);

-- One bit per JST day on which the device was heard of.
CREATE TABLE presence (
    slot        BIGINT PRIMARY KEY,       -- n * 10000 + JST year
    days        BYTEA NOT NULL
);

-- Changed reports, append-only.
CREATE TABLE report (
    id           BIGINT PRIMARY KEY,
    n            BIGINT NOT NULL,
    kind         BIGINT NOT NULL,         -- 0 current in its turn | 1 came late | 2 evidence of a held device
    received_at  BIGINT NOT NULL,
    observed_at  BIGINT NOT NULL,
    digest       BYTEA NOT NULL,
    codec        BIGINT NOT NULL,         -- which dictionary `body` is compressed with
    body         BYTEA NOT NULL
);
CREATE INDEX report_by_device ON report (n, id);

-- The present verdict of a device.
CREATE TABLE device_state (
    n               BIGINT PRIMARY KEY,
    report_id       BIGINT NOT NULL,      -- the report judged
    digest          BYTEA,                -- of the report judged; NULL after a restore: the device must send in full
    observed_at     BIGINT NOT NULL,
    headline        BIGINT NOT NULL,      -- State::code
    since           BIGINT NOT NULL,      -- the headline stands since
    states          TEXT NOT NULL,        -- `§19-6=1 §20-1=6 …`
    judged_with     TEXT NOT NULL,        -- revision of pack and catalogues
    judged_at       BIGINT NOT NULL,
    next_change_at  BIGINT,
    verdict_digest  BYTEA NOT NULL,
    codec           BIGINT NOT NULL,
    verdict         BYTEA NOT NULL
);
CREATE INDEX device_state_due ON device_state (next_change_at);

-- History: a row per change of any clause's state, never one per check-in.
CREATE TABLE state_change (
    id           BIGINT PRIMARY KEY,
    n            BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    cause        TEXT NOT NULL,           -- report | time | rules
    headline     BIGINT NOT NULL,
    changed      TEXT NOT NULL,           -- `§20-3=1>6 …`
    judged_with  TEXT NOT NULL,
    report_id    BIGINT NOT NULL
);
CREATE INDEX state_change_by_device ON state_change (n, id);

-- Counts for dashboards, kept in the transaction that changes them. `scope` is a facility or a region.
CREATE TABLE rollup (
    scope       TEXT NOT NULL,
    state       BIGINT NOT NULL,          -- State::code, -1: nothing reported yet
    standing    TEXT NOT NULL,
    day         BIGINT NOT NULL,          -- JST day last seen, -1: never
    devices     BIGINT NOT NULL,
    PRIMARY KEY (scope, state, standing, day)
);
CREATE TABLE rollup_clause (
    scope       TEXT NOT NULL,
    clause      TEXT NOT NULL,
    state       BIGINT NOT NULL,
    standing    TEXT NOT NULL,
    devices     BIGINT NOT NULL,
    PRIMARY KEY (scope, clause, state, standing)
);

-- What a person must look at. One open row per device and kind; repetitions count up.
CREATE TABLE alert (
    n            BIGINT NOT NULL,
    kind         TEXT NOT NULL,           -- lost_seen | copied
    facility_id  TEXT NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    times        BIGINT NOT NULL,
    closed_at    BIGINT,
    closed_by    TEXT,
    PRIMARY KEY (n, kind)
);
CREATE INDEX alert_by_facility ON alert (facility_id, n);
