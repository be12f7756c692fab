-- Retention. A person whose names were erased stays as an id that other rows point to.
ALTER TABLE person ADD COLUMN erased_at BIGINT;

-- The highest number of a facility's papers of a kind that are kept no longer: no number is given out twice.
CREATE TABLE paper_number (
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    kind          TEXT NOT NULL,
    number        BIGINT NOT NULL,
    PRIMARY KEY (facility_id, kind)
);
