-- Where somebody without an account is told what became of their application: an address they gave, and proved by the link mailed to it.
-- The secret in that link is stored hashed, and sealed so that later letters lead to the same page.
CREATE TABLE paper_contact (
    paper_id      TEXT PRIMARY KEY REFERENCES paper (id),
    address       TEXT NOT NULL,
    language      TEXT NOT NULL,
    hash          TEXT NOT NULL UNIQUE,
    sealed        TEXT NOT NULL,
    ends_at       BIGINT NOT NULL,                 -- the link confirms the address until then
    confirmed_at  BIGINT
);

-- A letter goes to a person, or to whom a paper is for.
CREATE TABLE letter_to (
    id            TEXT PRIMARY KEY,
    region_id     TEXT NOT NULL REFERENCES region (id),
    person_id     TEXT REFERENCES person (id),
    paper_id      TEXT REFERENCES paper (id),      -- where there is no account
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
INSERT INTO letter_to (id, region_id, person_id, address, kind, about, link, is_sealed, once, queued_at, due_at, ends_at, tries, state, failure, ended_at, noted_at) SELECT id, region_id, person_id, address, kind, about, link, is_sealed, once, queued_at, due_at, ends_at, tries, state, failure, ended_at, noted_at FROM letter;
DROP TABLE letter;
ALTER TABLE letter_to RENAME TO letter;
CREATE INDEX letter_due ON letter (due_at, id) WHERE state = 'waiting';
CREATE INDEX letter_ended ON letter (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX letter_by_person ON letter (person_id, state) WHERE person_id IS NOT NULL;
CREATE INDEX letter_in_trouble ON letter (region_id, id) WHERE failure IS NOT NULL AND noted_at IS NULL AND state <> 'sent';
CREATE UNIQUE INDEX letter_once ON letter (person_id, kind, once) WHERE once IS NOT NULL;
CREATE UNIQUE INDEX letter_once_to_applicant ON letter (paper_id, kind, once) WHERE once IS NOT NULL AND person_id IS NULL;
