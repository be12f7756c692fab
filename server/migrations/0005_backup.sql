-- Backups made, so that their age can be shown and measured.
CREATE TABLE backup (
    id        BIGINT PRIMARY KEY,
    at        BIGINT NOT NULL,
    file      TEXT NOT NULL,
    bytes     BIGINT NOT NULL,
    failure   TEXT                        -- NULL: it was made and read back
);
