-- Tokens with which machines read (`/api/v1`). 256 random bits: a plain SHA-256 is as strong as the token itself.
CREATE TABLE api_token (
    id            TEXT PRIMARY KEY,
    region_id     TEXT NOT NULL REFERENCES region (id),
    facility_id   TEXT REFERENCES facility (id),     -- NULL: the whole region
    label         TEXT NOT NULL,                     -- what it is for, as typed
    grants        TEXT NOT NULL,                     -- domain::token::Grant, spaces between them
    hash          TEXT NOT NULL UNIQUE,
    made_at       BIGINT NOT NULL,
    made_by       TEXT NOT NULL,                     -- person id
    ends_at       BIGINT NOT NULL,
    used_at       BIGINT,                            -- the last use, to the hour
    revoked_at    BIGINT
);
CREATE INDEX api_token_by_place ON api_token (region_id, facility_id, id);
