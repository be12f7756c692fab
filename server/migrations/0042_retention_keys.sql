-- What retention looks for, and what a row's deletion looks for behind it: without these, each row that goes reads a whole table.
CREATE INDEX letter_by_paper ON letter (paper_id) WHERE paper_id IS NOT NULL;
CREATE INDEX exclusion_by_self_check ON exclusion (self_check_id) WHERE self_check_id IS NOT NULL;
CREATE INDEX certificate_by_end ON certificate (not_after);
CREATE INDEX told_by_age ON told (at);
