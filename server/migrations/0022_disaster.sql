-- 災害時特例 (§25): one row turns it on, whatever the number of devices. An overlay: nothing else is written when it begins or ends.
CREATE TABLE disaster (
    id              TEXT PRIMARY KEY,
    region_id       TEXT NOT NULL REFERENCES region (id),
    reach           TEXT NOT NULL,                   -- region | areas | facilities
    drill           BIGINT NOT NULL,                 -- 1: 訓練
    reason          TEXT NOT NULL,
    basis           TEXT NOT NULL,
    began_at        BIGINT NOT NULL,                 -- event time
    entered_at      BIGINT NOT NULL,
    phase           TEXT NOT NULL,                   -- provisional | on | extended | clean_up | reported | closed
    ends_at         BIGINT NOT NULL,
    ended_at        BIGINT,                          -- NULL: nobody has recorded an end; it holds until `ends_at` all the same
    ending          TEXT,                            -- lifted | lapsed | unratified | refused | withdrawn
    begun_by        TEXT REFERENCES facility (id)    -- the facility that began it by itself
);
CREATE INDEX disaster_by_region ON disaster (region_id, id);
CREATE INDEX disaster_open ON disaster (region_id, ends_at) WHERE ended_at IS NULL;
CREATE INDEX disaster_begun_by ON disaster (begun_by, id) WHERE begun_by IS NOT NULL;

-- The areas (names) or facilities (ids) that one covers; none for a whole region.
CREATE TABLE disaster_place (
    disaster_id     TEXT NOT NULL REFERENCES disaster (id),
    place           TEXT NOT NULL,
    lifted_at       BIGINT,
    PRIMARY KEY (disaster_id, place)
);
CREATE INDEX disaster_place_by_place ON disaster_place (place);

-- Its file: who did what, when it happened, when it was entered, why, and until when it then held.
CREATE TABLE disaster_step (
    disaster_id     TEXT NOT NULL REFERENCES disaster (id),
    n               BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    by_whom         TEXT NOT NULL,                   -- person id, `operator` or `collector`
    why             TEXT NOT NULL,
    event_at        BIGINT NOT NULL,
    entered_at      BIGINT NOT NULL,
    until_at        BIGINT,
    PRIMARY KEY (disaster_id, n)
);

-- What one let in: unmanaged devices, each cleared afterwards. Everything but whose and what may be empty: nothing waits for it.
CREATE TABLE disaster_let_in (
    id              TEXT PRIMARY KEY,
    disaster_id     TEXT NOT NULL REFERENCES disaster (id),
    facility_id     TEXT NOT NULL REFERENCES facility (id),
    whose           TEXT NOT NULL,                   -- own | lent | guest
    machine         TEXT NOT NULL,                   -- phone | tablet | computer | other
    name            TEXT NOT NULL,                   -- empty: used, but not registered
    from_where      TEXT NOT NULL,
    contact         TEXT NOT NULL,
    event_at        BIGINT NOT NULL,
    entered_at      BIGINT NOT NULL,
    entered_by      TEXT NOT NULL,                   -- person id, or `stranger`: by the facility's link
    until_at        BIGINT,                          -- of a guest
    cleared_how     TEXT,                            -- done | unused | unreachable
    cleared_done    TEXT,                            -- `logged_out passwords …`
    cleared_why     TEXT,
    cleared_by      TEXT,
    cleared_at      BIGINT
);
CREATE INDEX disaster_let_in_by_facility ON disaster_let_in (facility_id, id);
CREATE INDEX disaster_let_in_by_disaster ON disaster_let_in (disaster_id, facility_id);

-- The facility's link for registering without an account: one at a time.
CREATE TABLE disaster_door (
    facility_id     TEXT PRIMARY KEY REFERENCES facility (id),
    hash            TEXT NOT NULL UNIQUE,
    sealed          TEXT NOT NULL,
    made_at         BIGINT NOT NULL
);

-- Devices that are gone in one (水没・流失・所在不明), for its report. In a drill the devices themselves stay as they are.
CREATE TABLE disaster_gone (
    disaster_id     TEXT NOT NULL REFERENCES disaster (id),
    n               BIGINT NOT NULL,
    facility_id     TEXT NOT NULL REFERENCES facility (id),
    how             TEXT NOT NULL,                   -- flooded | washed_away | missing
    event_at        BIGINT NOT NULL,
    entered_at      BIGINT NOT NULL,
    entered_by      TEXT NOT NULL,
    PRIMARY KEY (disaster_id, n)
);
CREATE INDEX disaster_gone_by_facility ON disaster_gone (facility_id, disaster_id);
