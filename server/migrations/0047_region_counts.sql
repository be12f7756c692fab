-- What a region's first page counts without a look at any device or appointment: each copy is written where what it copies changes.

-- 承認による例外 (§20-7): a 個人所有機器利用申請 that is 利用中, and how its device stands in the roll-ups.
CREATE TABLE permit (
    paper_id     TEXT PRIMARY KEY REFERENCES paper (id),
    region_id    TEXT NOT NULL REFERENCES region (id),
    facility_id  TEXT NOT NULL REFERENCES facility (id),
    n            BIGINT NOT NULL,            -- the device
    from_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL,            -- exclusive
    standing     TEXT NOT NULL,
    headline     BIGINT NOT NULL,            -- -1: nothing reported yet
    day          BIGINT NOT NULL             -- JST day last seen; -1: never
);
CREATE INDEX permit_by_device ON permit (n);
CREATE INDEX permit_in_region ON permit (region_id, n);
CREATE INDEX permit_at_facility ON permit (facility_id);
INSERT INTO permit (paper_id, region_id, facility_id, n, from_at, until_at, standing, headline, day) SELECT p.id, p.region_id, p.facility_id, d.n, p.from_at, p.until_at, d.standing, coalesce(s.headline, -1), coalesce(e.day, -1) FROM paper p JOIN device d ON d.id = p.device_id AND d.facility_id = p.facility_id LEFT JOIN device_state s ON s.n = d.n LEFT JOIN device_seen e ON e.n = d.n WHERE p.open = 1 AND p.state = 'in_use';
DROP INDEX paper_in_use;

-- Whose own an open paper is: 0 not the administrator's, 1 theirs where a head is in office, 2 theirs where nobody is above them.
ALTER TABLE paper ADD COLUMN above BIGINT NOT NULL DEFAULT 0;
UPDATE paper SET above = CASE WHEN EXISTS (SELECT 1 FROM appointment h WHERE h.facility_id = paper.facility_id AND h.role = 'head' AND h.until_at IS NULL) THEN 1 ELSE 2 END WHERE open = 1 AND EXISTS (SELECT 1 FROM appointment a JOIN person w ON w.id = a.person_id WHERE a.facility_id = paper.facility_id AND (w.id = paper.applicant_id OR w.name = paper.applicant) AND a.role = 'administrator' AND a.until_at IS NULL);
DROP INDEX paper_to_decide;
CREATE INDEX paper_to_decide ON paper (region_id, above, filed_at, id) WHERE open = 1 AND above > 0 AND state IN ('filed', 'extending', 'exempt');

CREATE INDEX disaster_let_in_to_clear ON disaster_let_in (disaster_id, facility_id, until_at) WHERE cleared_at IS NULL;

-- Lists of open papers in order of their first day, and people by where they work, without a walk over all of them.
CREATE INDEX paper_open_from ON paper (region_id, kind, from_at, id) WHERE open = 1;
CREATE INDEX person_by_facility ON person (facility_id, id);
