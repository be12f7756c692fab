-- Lists of a whole region count no facility one by one: how many have opened and confirmed a notice stands with the notice, and what is
-- open, or is waiting to be erased, has an index of its own.
ALTER TABLE notice ADD COLUMN opened BIGINT NOT NULL DEFAULT 0;        -- facilities where somebody opened it, or confirmed it
ALTER TABLE notice ADD COLUMN confirmed BIGINT NOT NULL DEFAULT 0;     -- facilities where somebody confirmed it
UPDATE notice SET opened = (SELECT COUNT(DISTINCT r.facility_id) FROM notice_reading r WHERE r.notice_id = notice.id), confirmed = (SELECT COUNT(DISTINCT r.facility_id) FROM notice_reading r WHERE r.notice_id = notice.id AND r.confirmed_at IS NOT NULL);
CREATE INDEX paper_open_in_region ON paper (region_id, kind, state, until_at, filed_at) WHERE open = 1;
CREATE INDEX paper_in_use ON paper (region_id, from_at, until_at, device_id, facility_id) WHERE open = 1 AND state = 'in_use';
CREATE INDEX paper_to_decide ON paper (region_id, filed_at, id, facility_id, applicant_id) WHERE open = 1 AND applicant_id IS NOT NULL AND state IN ('filed', 'extending', 'exempt');
CREATE INDEX person_former ON person (region_id, id) WHERE disabled_at IS NOT NULL AND erased_at IS NULL;
