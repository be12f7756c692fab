-- The day of a paper's last step, as on paper or as entered: no later step can have been done before it.
ALTER TABLE paper ADD COLUMN last_on BIGINT NOT NULL DEFAULT 0;
UPDATE paper SET last_on = coalesce((SELECT max(coalesce(s.on_day, s.at)) FROM paper_step s WHERE s.paper_id = paper.id AND s.n = paper.version), filed_at);
