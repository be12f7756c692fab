-- Roles with dates: who held which, since when, by whom, why. `person.role` and `person.disabled_at` say what holds now.
CREATE TABLE appointment (
    id              TEXT PRIMARY KEY,
    region_id       TEXT NOT NULL REFERENCES region (id),
    facility_id     TEXT REFERENCES facility (id),   -- NULL: the whole region
    person_id       TEXT NOT NULL REFERENCES person (id),
    role            TEXT NOT NULL,                   -- secretariat | head | administrator | deputy | auditor
    from_at         BIGINT NOT NULL,
    until_at        BIGINT,                          -- NULL: holds it
    begun_by        TEXT NOT NULL,                   -- person id, or `operator`
    begun_why       TEXT NOT NULL,
    ended_by        TEXT,
    ended_why       TEXT
);
CREATE INDEX appointment_by_facility ON appointment (facility_id, from_at);
CREATE INDEX appointment_by_region ON appointment (region_id, from_at) WHERE facility_id IS NULL;

-- 代行者 act for a facility only within these dates (`until` NULL: no end set). 欠員: since when there is no administrator (§15).
ALTER TABLE facility ADD COLUMN deputy_from BIGINT;
ALTER TABLE facility ADD COLUMN deputy_until BIGINT;
ALTER TABLE facility ADD COLUMN vacant_since BIGINT;

-- Of several administrators of one facility one stays: whoever set the account up before who never did, then whoever signed in last,
-- then the newest. The others go on as 代行者, which their facility then has.
UPDATE facility SET deputy_from = created_at WHERE 1 < (SELECT COUNT(*) FROM person p WHERE p.facility_id = facility.id AND p.role = 'administrator' AND p.disabled_at IS NULL);
UPDATE person SET role = 'deputy' WHERE role = 'administrator' AND disabled_at IS NULL AND EXISTS (
    SELECT 1 FROM person other WHERE other.facility_id = person.facility_id AND other.role = 'administrator' AND other.disabled_at IS NULL AND (
        CASE WHEN other.password IS NOT NULL OR EXISTS (SELECT 1 FROM passkey k WHERE k.person_id = other.id) THEN 1 ELSE 0 END, COALESCE(other.signed_in_at, 0), other.id
    ) > (
        CASE WHEN person.password IS NOT NULL OR EXISTS (SELECT 1 FROM passkey k WHERE k.person_id = person.id) THEN 1 ELSE 0 END, COALESCE(person.signed_in_at, 0), person.id
    )
);
INSERT INTO appointment (id, region_id, facility_id, person_id, role, from_at, begun_by, begun_why) SELECT id, region_id, facility_id, id, role, created_at, 'operator', '' FROM person WHERE disabled_at IS NULL;
UPDATE facility SET vacant_since = created_at WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.facility_id = facility.id AND p.role = 'administrator' AND p.disabled_at IS NULL);
CREATE INDEX facility_vacant ON facility (region_id, vacant_since) WHERE vacant_since IS NOT NULL;

-- Invariant: a facility never has two administrators, or two heads, at once; a person never two roles.
CREATE UNIQUE INDEX person_one_administrator ON person (facility_id) WHERE role = 'administrator' AND disabled_at IS NULL;
CREATE UNIQUE INDEX person_one_head ON person (facility_id) WHERE role = 'head' AND disabled_at IS NULL;
CREATE UNIQUE INDEX appointment_one_administrator ON appointment (facility_id) WHERE role = 'administrator' AND until_at IS NULL;
CREATE UNIQUE INDEX appointment_one_head ON appointment (facility_id) WHERE role = 'head' AND until_at IS NULL;
CREATE UNIQUE INDEX appointment_one_role ON appointment (person_id) WHERE until_at IS NULL;

-- 対象から外した機器: what a person took out of the count, or said cannot be made to comply; stays in the 事務局's view.
CREATE TABLE exclusion (
    id              TEXT PRIMARY KEY,                -- the device's or the self-check's
    region_id       TEXT NOT NULL REFERENCES region (id),
    facility_id     TEXT NOT NULL REFERENCES facility (id),
    kind            TEXT NOT NULL,                   -- retired | refused | cannot_set
    n               BIGINT,                          -- the device; NULL: those of the self-check
    self_check_id   TEXT REFERENCES self_check (id),
    devices         BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    by_whom         TEXT NOT NULL,                   -- person id, or `operator`
    reason          TEXT NOT NULL
);
CREATE INDEX exclusion_by_region ON exclusion (region_id, at, id);
-- Of what was decided before this table there is neither reason nor name on file.
INSERT INTO exclusion (id, region_id, facility_id, kind, n, devices, at, by_whom, reason) SELECT d.id, d.region_id, d.facility_id, d.standing, d.n, 1, d.enrolled_at, '', '' FROM device d WHERE d.standing IN ('retired', 'refused');
INSERT INTO exclusion (id, region_id, facility_id, kind, self_check_id, devices, at, by_whom, reason) SELECT c.id, f.region_id, c.facility_id, 'cannot_set', c.id, (SELECT COUNT(*) FROM self_check_device d WHERE d.self_check_id = c.id), c.at, c.person_id, c.note FROM self_check c JOIN facility f ON f.id = c.facility_id WHERE c.answers LIKE '%"limited"%';
