-- A webhook's secret is renewed in place: what it signed with before goes on signing beside the new one for a while.
ALTER TABLE webhook ADD COLUMN old_secret TEXT;      -- sealed
ALTER TABLE webhook ADD COLUMN old_until BIGINT;
