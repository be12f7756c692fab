-- What overviews read instead of counting: facilities in order, how things stood day by day, versions of the agent.

-- One row for each facility and way to ask for facilities: `all`, a reading (domain::reading), or `silent`. The smaller the place,
-- the further up. Made anew from the roll-ups by a job; `facility_due` says when.
CREATE TABLE facility_rank (
    facility_id  TEXT NOT NULL REFERENCES facility (id),
    kind         TEXT NOT NULL,
    region_id    TEXT NOT NULL REFERENCES region (id),
    place        BIGINT NOT NULL,
    PRIMARY KEY (facility_id, kind)
);
CREATE INDEX facility_rank_in_order ON facility_rank (region_id, kind, place, facility_id);
INSERT INTO facility_rank (facility_id, kind, region_id, place) SELECT id, 'all', region_id, 100000000000 FROM facility;

-- 0: its roll-ups have changed. Else the JST day on which silence alone changes how its devices read.
CREATE TABLE facility_due (
    facility_id  TEXT PRIMARY KEY REFERENCES facility (id),
    due          BIGINT NOT NULL
);
CREATE INDEX facility_due_by_day ON facility_due (due);
INSERT INTO facility_due (facility_id, due) SELECT id, 0 FROM facility;

-- How the devices of a facility or region read at the end of a JST day. A day without a row stands as the day before.
CREATE TABLE rollup_day (
    scope        TEXT NOT NULL,
    day          BIGINT NOT NULL,
    counts       TEXT NOT NULL,           -- `non-compliant=3 pending=1 …`
    PRIMARY KEY (scope, day)
);
CREATE INDEX rollup_day_by_day ON rollup_day (day);

-- Version and platform of the agent that made the report judged; empty: none known.
ALTER TABLE device_state ADD COLUMN agent TEXT NOT NULL DEFAULT '';
CREATE TABLE rollup_agent (
    scope        TEXT NOT NULL,
    agent        TEXT NOT NULL,
    standing     TEXT NOT NULL,
    devices      BIGINT NOT NULL,
    PRIMARY KEY (scope, agent, standing)
);
INSERT INTO rollup_agent (scope, agent, standing, devices) SELECT facility_id, '', standing, count(*) FROM device GROUP BY facility_id, standing;
INSERT INTO rollup_agent (scope, agent, standing, devices) SELECT region_id, '', standing, count(*) FROM device GROUP BY region_id, standing;

-- Alerts that are open, and entries of the log by object or actor, newest first.
CREATE INDEX alert_open ON alert (facility_id, kind) WHERE closed_at IS NULL;
DROP INDEX log_entry_by_object;
CREATE INDEX log_entry_by_object ON log_entry (object_id, id);
