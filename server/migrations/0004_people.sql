-- People on the web port: accounts, one-time links, sessions, throttles. Secrets are hashed or sealed; times are UTC seconds.
CREATE TABLE person (
    id              TEXT PRIMARY KEY,
    region_id       TEXT NOT NULL REFERENCES region (id),
    facility_id     TEXT REFERENCES facility (id),   -- NULL: the whole region
    role            TEXT NOT NULL,                   -- secretariat | administrator
    login           TEXT NOT NULL UNIQUE,            -- lower case
    name            TEXT NOT NULL,                   -- as shown to colleagues
    password        TEXT,                            -- argon2id, PHC string; NULL until the link was used
    totp            TEXT,                            -- seed, sealed
    totp_step       BIGINT NOT NULL DEFAULT 0,       -- last step taken: a code counts once
    created_at      BIGINT NOT NULL,
    disabled_at     BIGINT
);

-- A recovery code stands in for one TOTP code, once.
CREATE TABLE recovery_code (
    person_id       TEXT NOT NULL REFERENCES person (id),
    hash            TEXT NOT NULL,
    PRIMARY KEY (person_id, hash)
);

-- One-time links. `hash` is SHA-256 of the secret in the link.
CREATE TABLE invitation (
    hash            TEXT PRIMARY KEY,
    person_id       TEXT NOT NULL REFERENCES person (id),
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    used_at         BIGINT
);
CREATE INDEX invitation_by_person ON invitation (person_id);

-- `hash` is SHA-256 of the secret in the cookie.
CREATE TABLE session (
    hash            TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,                   -- setup | signed_in
    person_id       TEXT NOT NULL REFERENCES person (id),
    created_at      BIGINT NOT NULL,
    seen_at         BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    invitation      TEXT,                            -- setup: the link it came from
    password        TEXT,                            -- setup: the password chosen, hashed
    totp            TEXT,                            -- setup: the seed offered, sealed
    once            TEXT                             -- sealed text shown on the next page only
);
CREATE INDEX session_by_person ON session (person_id);
CREATE INDEX session_by_end ON session (ends_at);

-- Failures within a window, by what failed (a digest, never a name or an address).
CREATE TABLE throttle (
    bucket          TEXT PRIMARY KEY,
    since           BIGINT NOT NULL,
    failures        BIGINT NOT NULL
);
CREATE INDEX throttle_by_age ON throttle (since);
