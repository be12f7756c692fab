-- 利用者の名簿 (§16-3, §16-5, §17, §19-2, §19-3, 留1-2, 留3-7): the least of what has to be known of those who use the network. It
-- holds no password, and nothing of a patient. Days are the beginning of the day in JST.
CREATE TABLE member (
    id             TEXT PRIMARY KEY,
    region_id      TEXT NOT NULL REFERENCES region (id),
    facility_id    TEXT NOT NULL REFERENCES facility (id),
    number         BIGINT NOT NULL,          -- within the facility, from 1; never given again
    state          TEXT NOT NULL,            -- domain::staff::State
    name           TEXT NOT NULL,            -- as typed; empty once registered by mistake
    job            TEXT NOT NULL,
    mcs_id         TEXT NOT NULL,            -- '': none yet
    joined_on      BIGINT NOT NULL,
    last_on        BIGINT,                   -- last day of work
    pledge_edition BIGINT NOT NULL,          -- 0: none signed
    pledge_on      BIGINT,
    pledge_before  BIGINT NOT NULL,          -- 1: an earlier pledge of the facility stands for it (§17)
    trained_on     BIGINT,
    changed_on     BIGINT,                   -- MCS password, as declared
    cleared        TEXT NOT NULL,            -- domain::staff::LeaveItem, with spaces between
    registered_at  BIGINT NOT NULL,
    version        BIGINT NOT NULL,          -- how many steps there were
    UNIQUE (facility_id, number)
);
CREATE INDEX member_by_state ON member (facility_id, state);

-- Every step with who, when and why.
CREATE TABLE member_step (
    member_id      TEXT NOT NULL REFERENCES member (id),
    n              BIGINT NOT NULL,
    act            TEXT NOT NULL,            -- domain::staff::Act
    state          TEXT NOT NULL,            -- how the person stood afterwards
    at             BIGINT NOT NULL,
    on_day         BIGINT,
    by_whom        TEXT NOT NULL,            -- person id
    why            TEXT NOT NULL,
    PRIMARY KEY (member_id, n)
);

-- Editions of the pledge (誓約書) after the first, which is form 3 as the rules have it.
CREATE TABLE pledge_edition (
    facility_id    TEXT NOT NULL REFERENCES facility (id),
    n              BIGINT NOT NULL,          -- from 2
    newest         BIGINT NOT NULL,          -- 1: the one that is signed now
    name           TEXT NOT NULL,
    from_on        BIGINT NOT NULL,
    at             BIGINT NOT NULL,
    by_whom        TEXT NOT NULL,            -- person id
    PRIMARY KEY (facility_id, n)
);
CREATE UNIQUE INDEX pledge_edition_newest ON pledge_edition (facility_id) WHERE newest = 1;

-- Trainings (§17) and who took part.
CREATE TABLE training (
    facility_id    TEXT NOT NULL REFERENCES facility (id),
    number         BIGINT NOT NULL,          -- within the facility, from 1
    held_on        BIGINT NOT NULL,
    topic          TEXT NOT NULL,
    teacher        TEXT NOT NULL,
    material       TEXT NOT NULL,
    at             BIGINT NOT NULL,
    by_whom        TEXT NOT NULL,            -- person id
    void_why       TEXT NOT NULL,            -- '': it stands
    PRIMARY KEY (facility_id, number)
);
CREATE TABLE training_member (
    facility_id    TEXT NOT NULL,
    number         BIGINT NOT NULL,
    member_id      TEXT NOT NULL REFERENCES member (id),
    PRIMARY KEY (facility_id, number, member_id),
    FOREIGN KEY (facility_id, number) REFERENCES training (facility_id, number)
);
CREATE INDEX training_of_member ON training_member (member_id);

-- Reviews of the list (留1-2).
CREATE TABLE member_review (
    facility_id    TEXT NOT NULL REFERENCES facility (id),
    n              BIGINT NOT NULL,
    at             BIGINT NOT NULL,
    by_whom        TEXT NOT NULL,            -- person id
    persons        BIGINT NOT NULL,
    differences    TEXT NOT NULL,            -- '': the list is right
    PRIMARY KEY (facility_id, n)
);
