-- お知らせ (§23) of the 事務局: one row for each, however many it is for, and one for each reading.
CREATE TABLE notice (
    id            TEXT PRIMARY KEY,
    region_id     TEXT NOT NULL REFERENCES region (id),
    reach         TEXT NOT NULL,             -- region | areas | facilities
    weight        TEXT NOT NULL,             -- normal | important | emergency
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    sent_at       BIGINT NOT NULL,
    sent_by       TEXT NOT NULL,             -- person id
    valid_until   BIGINT NOT NULL,           -- exclusive
    remind_days   BIGINT,                    -- those who have not confirmed it by then are reminded; NULL: nobody is
    corrects      TEXT REFERENCES notice (id),
    ended_at      BIGINT,
    ended_how     TEXT,                      -- withdrawn | corrected
    ended_by      TEXT,                      -- person id
    ended_why     TEXT
);
CREATE INDEX notice_by_region ON notice (region_id, id);
CREATE INDEX notice_valid ON notice (region_id, valid_until) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX notice_corrects ON notice (corrects) WHERE corrects IS NOT NULL;

-- The areas or facilities that one is for; none for a whole region.
CREATE TABLE notice_place (
    notice_id     TEXT NOT NULL REFERENCES notice (id),
    place         TEXT NOT NULL,
    PRIMARY KEY (notice_id, place)
);
CREATE INDEX notice_place_by_place ON notice_place (place);

CREATE TABLE notice_reading (
    notice_id     TEXT NOT NULL REFERENCES notice (id),
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    person_id     TEXT NOT NULL REFERENCES person (id),
    opened_at     BIGINT NOT NULL,
    confirmed_at  BIGINT,
    PRIMARY KEY (notice_id, facility_id, person_id)
);

-- Due steps of which people were told: each once, whichever process came first, also when its letters are deleted again.
CREATE TABLE told (
    about         TEXT NOT NULL,             -- an id
    step          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (about, step)
);
-- Nobody is told of what was done before there were such letters.
INSERT INTO told (about, step, at) SELECT disaster_id, 'step ' || CAST(n AS TEXT), entered_at FROM disaster_step;

CREATE INDEX disaster_step_by_time ON disaster_step (entered_at);
CREATE INDEX paper_due ON paper (until_at) WHERE open = 1;
