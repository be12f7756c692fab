-- Whether a key that enrols is known already under another device (enrolment_evidence.suspicion = same_key, same_as absent when that
-- device is another facility's).
CREATE INDEX certificate_by_key ON certificate (key_digest);
