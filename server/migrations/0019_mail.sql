-- Mail. A registered address is personal data: it lies here alone, is copied into a letter only until that has gone, and is erased
-- with its person.
CREATE TABLE mail_address (
    person_id     TEXT PRIMARY KEY REFERENCES person (id),
    address       TEXT NOT NULL,
    confirmed_at  BIGINT NOT NULL
);

-- An address that waits until the link mailed to it is opened. `hash` is SHA-256 of the secret in that link.
CREATE TABLE mail_confirmation (
    person_id     TEXT PRIMARY KEY REFERENCES person (id),
    address       TEXT NOT NULL,
    hash          TEXT NOT NULL UNIQUE,
    ends_at       BIGINT NOT NULL
);

-- The outbox. A row is written in the transaction of the act that causes it; a job sends it.
CREATE TABLE letter (
    id            TEXT PRIMARY KEY,
    region_id     TEXT NOT NULL REFERENCES region (id),
    person_id     TEXT NOT NULL REFERENCES person (id),
    address       TEXT,                            -- NULL: it has gone, failed for good, or its person was erased
    kind          TEXT NOT NULL,                   -- domain::mail::Kind
    about         TEXT NOT NULL,                   -- JSON: [[name, value]]; never a person's name or a device's label
    link          TEXT NOT NULL,                   -- a path on the web port, or sealed when it holds a secret
    is_sealed     BIGINT NOT NULL,
    once          TEXT,                            -- the occasion: nobody gets two letters about it
    queued_at     BIGINT NOT NULL,
    due_at        BIGINT NOT NULL,                 -- not before
    ends_at       BIGINT NOT NULL,                 -- not after
    tries         BIGINT NOT NULL,
    state         TEXT NOT NULL,                   -- waiting | sent | failed
    failure       TEXT,                            -- of the last try: domain::mail::Failure
    ended_at      BIGINT,
    noted_at      BIGINT                           -- the 事務局 has read that it failed
);
CREATE INDEX letter_due ON letter (due_at, id) WHERE state = 'waiting';
CREATE INDEX letter_ended ON letter (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX letter_by_person ON letter (person_id, state);
CREATE INDEX letter_in_trouble ON letter (region_id, id) WHERE failure IS NOT NULL AND noted_at IS NULL AND state <> 'sent';
CREATE UNIQUE INDEX letter_once ON letter (person_id, kind, once) WHERE once IS NOT NULL;
