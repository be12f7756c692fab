-- Identity and trust of devices. Keys lie here only sealed by the master key, which is kept elsewhere.
CREATE TABLE authority (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,           -- root | next_root | issuing | server
    certificate  BYTEA NOT NULL,          -- DER
    sealed_key   BYTEA,                   -- absent: kept offline
    not_before   BIGINT NOT NULL,
    not_after    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL
);

-- What the operator tells every device, signed by the root.
CREATE TABLE announcement (
    serial      BIGINT PRIMARY KEY,
    kind        TEXT NOT NULL,            -- next_root | successor
    payload     TEXT NOT NULL,
    signature   TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);

-- Keys of TLS session tickets: made anew every hour, so that a stolen one opens little.
CREATE TABLE ticket_key (
    name        TEXT PRIMARY KEY,         -- 32 hexadecimal digits
    sealed      BYTEA NOT NULL,
    created_at  BIGINT NOT NULL
);

-- Leaves issued to devices.
CREATE TABLE certificate (
    serial      TEXT PRIMARY KEY,         -- hexadecimal
    device_id   TEXT NOT NULL REFERENCES device (id),
    key_digest  TEXT NOT NULL,            -- SHA-256 of SubjectPublicKeyInfo, hexadecimal
    not_before  BIGINT NOT NULL,
    not_after   BIGINT NOT NULL,
    issued_at   BIGINT NOT NULL
);
CREATE INDEX certificate_by_device ON certificate (device_id, issued_at);

-- Enrolment codes. 128 random bits: a plain SHA-256 is as strong as the code itself.
CREATE TABLE enrolment_code (
    id            TEXT PRIMARY KEY,
    region_id     TEXT NOT NULL REFERENCES region (id),
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    secret_hash   TEXT NOT NULL UNIQUE,
    uses_allowed  BIGINT NOT NULL,
    uses          BIGINT NOT NULL,
    auto_confirm  BIGINT NOT NULL,        -- 1: devices land in use, not in 登録待ち
    ownership     TEXT NOT NULL,          -- managed | personal
    issued_by     TEXT NOT NULL,          -- person id, or `operator`
    issued_at     BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    revoked_at    BIGINT
);
CREATE INDEX enrolment_code_by_facility ON enrolment_code (facility_id, id);

-- Wrong codes per origin (a digest, not an address) and window.
CREATE TABLE enrolment_throttle (
    origin        TEXT NOT NULL,
    window_start  BIGINT NOT NULL,
    failures      BIGINT NOT NULL,
    PRIMARY KEY (origin, window_start)
);

-- What a device showed when it enrolled; a person compares it before confirming.
CREATE TABLE enrolment_evidence (
    device_id      TEXT PRIMARY KEY REFERENCES device (id),
    code_id        TEXT,
    key_digest     TEXT NOT NULL,
    agent_version  TEXT NOT NULL,
    platform       TEXT NOT NULL,
    os             TEXT,
    maker          TEXT,
    model          TEXT,
    hypervisor     TEXT,
    system_uuid    TEXT,                  -- digests
    serial         TEXT,
    machine_id     TEXT,
    suspicion      TEXT,                  -- same_hardware | same_image
    same_as        TEXT REFERENCES device (id)
);
CREATE INDEX enrolment_evidence_by_system_uuid ON enrolment_evidence (system_uuid);
CREATE INDEX enrolment_evidence_by_serial ON enrolment_evidence (serial);
CREATE INDEX enrolment_evidence_by_machine_id ON enrolment_evidence (machine_id);

-- Devices that said they leave; a person decides what that means.
CREATE TABLE device_leaving (
    device_id    TEXT PRIMARY KEY REFERENCES device (id),
    left_at      BIGINT NOT NULL,         -- by the device's clock
    received_at  BIGINT NOT NULL
);
