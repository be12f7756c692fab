-- Counted up by every transaction under the ledger's lock (PostgreSQL): a writer whose last count is still there remembers rightly.
ALTER TABLE tail_mark ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
