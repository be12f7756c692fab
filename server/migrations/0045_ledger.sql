-- 機器管理台帳 (§16-2): what is written down about a device by hand, beside what its checking program tells. One row for a device at
-- most; the operation log says who changed it when.
CREATE TABLE ledger_card (
    device_id    TEXT PRIMARY KEY REFERENCES device (id),
    facility_id  TEXT NOT NULL REFERENCES facility (id),
    by_hand      BIGINT NOT NULL,         -- 1: no checking program runs on it; a person wrote it into the ledger
    number       TEXT NOT NULL,           -- 管理番号; empty: none
    fields       TEXT NOT NULL,           -- JSON: field of domain::ledger to what was typed
    version      BIGINT NOT NULL,         -- how often it was written
    at           BIGINT NOT NULL,
    by_whom      TEXT NOT NULL            -- person id
);
CREATE INDEX ledger_card_by_number ON ledger_card (facility_id, number);
CREATE INDEX ledger_card_by_hand ON ledger_card (facility_id) WHERE by_hand = 1;

-- 教育 (§17): how it was seen that those who took part had understood; empty: not said.
ALTER TABLE training ADD COLUMN understood TEXT NOT NULL DEFAULT '';
