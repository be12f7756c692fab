-- Pairs of neighbouring letters in names, capitals made small: a search for a part of a name begins with its rarest pair, however
-- many devices there are (store::name_part).
CREATE TABLE device_part (
    part         TEXT NOT NULL,
    n            BIGINT NOT NULL,
    PRIMARY KEY (part, n)
);
CREATE TABLE facility_part (
    part         TEXT NOT NULL,
    facility_id  TEXT NOT NULL,
    PRIMARY KEY (part, facility_id)
);
CREATE INDEX facility_part_by_facility ON facility_part (facility_id);
INSERT INTO device_part (part, n)
    WITH RECURSIVE cut (n, name, at) AS (
        SELECT n, lower(label), 1 FROM device WHERE length(label) > 1
        UNION ALL SELECT n, name, at + 1 FROM cut WHERE at + 2 <= length(name)
    )
    SELECT DISTINCT substr(name, at, 2), n FROM cut;
INSERT INTO facility_part (part, facility_id)
    WITH RECURSIVE cut (id, word, at) AS (
        SELECT id, lower(name), 1 FROM facility WHERE length(name) > 1
        UNION ALL SELECT id, word, at + 1 FROM cut WHERE at + 2 <= length(word)
    )
    SELECT DISTINCT substr(word, at, 2), id FROM cut;
