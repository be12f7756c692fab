-- Sign-in over OpenID Connect, an option of a region. The client's secret is sealed; nothing else here opens anything.
CREATE TABLE oidc_provider (
    id              TEXT PRIMARY KEY,
    region_id       TEXT NOT NULL UNIQUE REFERENCES region (id),
    label           TEXT NOT NULL,                   -- as its button calls it
    issuer          TEXT NOT NULL,
    client_id       TEXT NOT NULL,
    secret          TEXT,                            -- sealed; NULL: a public client, with PKCE alone
    created_at      BIGINT NOT NULL
);

-- Whose account a provider's subject opens.
CREATE TABLE oidc_identity (
    provider_id     TEXT NOT NULL REFERENCES oidc_provider (id),
    subject         TEXT NOT NULL,
    person_id       TEXT NOT NULL REFERENCES person (id),
    name            TEXT NOT NULL,                   -- as the provider calls the person
    created_at      BIGINT NOT NULL,
    used_at         BIGINT,
    PRIMARY KEY (provider_id, subject)
);
CREATE UNIQUE INDEX oidc_identity_by_person ON oidc_identity (person_id);
