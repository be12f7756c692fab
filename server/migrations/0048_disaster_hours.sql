-- From when the hours of what a facility began by itself are counted: an earlier one that it took back shortly before counts as well.
ALTER TABLE disaster ADD COLUMN hours_from BIGINT;       -- NULL: from when it began
