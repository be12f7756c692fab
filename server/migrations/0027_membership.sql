-- 参加 (§8, §11): how a facility stands in the network, what its forms 1 and 2 say, and every step with who, when and why.
ALTER TABLE facility ADD COLUMN state TEXT NOT NULL DEFAULT 'in';          -- domain::membership::State
ALTER TABLE facility ADD COLUMN kind TEXT NOT NULL DEFAULT 'unstated';     -- domain::membership::Kind
ALTER TABLE facility ADD COLUMN seat TEXT NOT NULL DEFAULT 'inside';       -- inside | outside: of the region (§8)
ALTER TABLE facility ADD COLUMN tie TEXT NOT NULL DEFAULT '';              -- how one outside is tied to the region (§8-2)
ALTER TABLE facility ADD COLUMN reference TEXT NOT NULL DEFAULT '';        -- number under which the forms are filed
ALTER TABLE facility ADD COLUMN form_1_on BIGINT;                          -- 様式1 came in on this day
ALTER TABLE facility ADD COLUMN form_2_on BIGINT;                          -- 様式2
ALTER TABLE facility ADD COLUMN taken_in_at BIGINT;
ALTER TABLE facility ADD COLUMN leaves_at BIGINT;                          -- end of its last day
ALTER TABLE facility ADD COLUMN handed_at BIGINT;                          -- what is held about it was handed over to it
ALTER TABLE facility ADD COLUMN erase_at BIGINT;                           -- its people's data are erased from then on
ALTER TABLE facility ADD COLUMN steps BIGINT NOT NULL DEFAULT 0;           -- counts `membership_step`
UPDATE facility SET taken_in_at = created_at;
CREATE INDEX facility_by_state ON facility (region_id, state, id);
CREATE INDEX facility_to_erase ON facility (erase_at) WHERE state = 'left';

CREATE TABLE membership_step (
    facility_id   TEXT NOT NULL REFERENCES facility (id),
    n             BIGINT NOT NULL,
    act           TEXT NOT NULL,             -- domain::membership::Act
    state         TEXT NOT NULL,             -- how it stood afterwards
    at            BIGINT NOT NULL,
    by_whom       TEXT NOT NULL,             -- person id, or `collector`
    name          TEXT NOT NULL,             -- who sent the forms, or took over what was handed over
    why           TEXT NOT NULL,
    PRIMARY KEY (facility_id, n)
);
