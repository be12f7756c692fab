-- Passkeys, fresh proof, and what an account's owner is told. A passkey's row holds no secret: a public key and its counter.
CREATE TABLE passkey (
    id              TEXT PRIMARY KEY,
    person_id       TEXT NOT NULL REFERENCES person (id),
    credential      TEXT NOT NULL UNIQUE,            -- credential id, base64url
    name            TEXT NOT NULL,                   -- as its owner calls it
    stored          TEXT NOT NULL,                   -- public key, counter and flags, as the library writes them (JSON)
    created_at      BIGINT NOT NULL,
    used_at         BIGINT
);
CREATE INDEX passkey_by_person ON passkey (person_id, id);

-- Challenges that were answered: each counts once. `digest` is SHA-256 of the ceremony's state.
CREATE TABLE spent_challenge (
    digest          TEXT PRIMARY KEY,
    ends_at         BIGINT NOT NULL
);
CREATE INDEX spent_challenge_by_end ON spent_challenge (ends_at);

-- What happened to an account's ways in. `seen_at` is NULL until the owner was told of what others did.
CREATE TABLE account_event (
    id              TEXT PRIMARY KEY,
    person_id       TEXT NOT NULL REFERENCES person (id),
    at              BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    by_whom         TEXT NOT NULL,                   -- person id, or `operator`
    seen_at         BIGINT
);
CREATE INDEX account_event_by_person ON account_event (person_id, id);

-- A 事務局's request, made with the password alone, to be set up again after a delay in which its owner can stop it.
CREATE TABLE delayed_reset (
    person_id       TEXT PRIMARY KEY REFERENCES person (id),
    asked_at        BIGINT NOT NULL,
    ready_at        BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL
);

ALTER TABLE person ADD COLUMN signed_in_at BIGINT;
-- Coarse, such as `Chrome（Windows）`; and when a passkey or a code was shown last.
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
-- Sealed: a form that waits for a fresh proof.
ALTER TABLE session ADD COLUMN draft TEXT;
