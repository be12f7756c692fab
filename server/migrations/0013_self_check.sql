-- 自己点検: what people answer where no machine can. One act answers for many devices of a facility.
CREATE TABLE self_check (
    id            TEXT PRIMARY KEY,
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    person_id     TEXT NOT NULL,             -- who answered
    grade         TEXT NOT NULL,             -- administrator: looked | person: asked who uses it
    at            BIGINT NOT NULL,
    note          TEXT NOT NULL,             -- reasons, e.g. why a longer password cannot be set
    answers       TEXT NOT NULL              -- JSON: [{clause, check, answer}]
);
CREATE INDEX self_check_by_facility ON self_check (facility_id, at);

CREATE TABLE self_check_device (
    n             BIGINT NOT NULL,
    self_check_id TEXT NOT NULL REFERENCES self_check (id),
    PRIMARY KEY (n, self_check_id)
);
CREATE INDEX self_check_device_by_act ON self_check_device (self_check_id);
