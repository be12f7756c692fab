-- Webhooks: other systems that are told what happens. Where one goes and what it signs with are sealed.
CREATE TABLE webhook (
    id              TEXT PRIMARY KEY,
    region_id       TEXT NOT NULL REFERENCES region (id),
    facility_id     TEXT REFERENCES facility (id),   -- NULL: the whole region
    label           TEXT NOT NULL,                   -- what it is for, as typed
    host            TEXT NOT NULL,                   -- of its address, for people
    target          TEXT NOT NULL,                   -- its address, sealed
    secret          TEXT NOT NULL,                   -- sealed
    topics          TEXT NOT NULL,                   -- domain::webhook::Topic, spaces between them
    made_at         BIGINT NOT NULL,
    made_by         TEXT NOT NULL,                   -- person id
    failing_since   BIGINT,                          -- NULL: the last try went well, or there was none
    disabled_at     BIGINT,                          -- it failed for too long
    told            TEXT,                            -- counts that it was told last; NULL: none yet
    told_at         BIGINT NOT NULL
);
CREATE INDEX webhook_by_place ON webhook (region_id, facility_id, id);

-- What happened: one row in the transaction of the act, whatever the number of webhooks; a job hands it out.
CREATE TABLE webhook_event (
    id              TEXT PRIMARY KEY,
    region_id       TEXT NOT NULL REFERENCES region (id),
    facility_id     TEXT REFERENCES facility (id),
    topic           TEXT NOT NULL,
    kind            TEXT NOT NULL,                   -- `paper.approved`
    object_kind     TEXT NOT NULL,
    object_id       TEXT NOT NULL,
    facts           TEXT NOT NULL,                   -- JSON: words and numbers of ours; never a name
    at              BIGINT NOT NULL,
    webhook_id      TEXT,                            -- meant for this one alone
    handed_out      BIGINT NOT NULL
);
CREATE INDEX webhook_event_waiting ON webhook_event (id) WHERE handed_out = 0;

CREATE TABLE webhook_delivery (
    event_id        TEXT NOT NULL REFERENCES webhook_event (id),
    webhook_id      TEXT NOT NULL REFERENCES webhook (id),
    due_at          BIGINT NOT NULL,                 -- not before
    tries           BIGINT NOT NULL,
    state           TEXT NOT NULL,                   -- waiting | sent | failed
    answer          TEXT,                            -- of the last try: domain::webhook::Outcome
    tried_at        BIGINT,
    PRIMARY KEY (event_id, webhook_id)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at, event_id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (webhook_id, event_id);
