-- 災害時特例 in papers (§25): under which exception something went ahead without an approval. The applicant's own link to a paper that
-- was filed without an account (hashed, as every link). The application that something let in was turned into.
ALTER TABLE paper ADD COLUMN exception_id TEXT REFERENCES disaster (id);
ALTER TABLE paper ADD COLUMN own_hash TEXT;
CREATE INDEX paper_by_exception ON paper (exception_id, state) WHERE exception_id IS NOT NULL;
CREATE UNIQUE INDEX paper_by_own_hash ON paper (own_hash) WHERE own_hash IS NOT NULL;
ALTER TABLE disaster_let_in ADD COLUMN paper_id TEXT REFERENCES paper (id);
CREATE INDEX disaster_let_in_by_paper ON disaster_let_in (paper_id) WHERE paper_id IS NOT NULL;
