-- Files handed in with papers: scans and photographs. What is removed leaves its row (who, when, why) without name, remark and content.
CREATE TABLE paper_attachment (
    paper_id      TEXT NOT NULL REFERENCES paper (id),
    n             BIGINT NOT NULL,           -- counts the paper's files; none is given out twice
    name          TEXT NOT NULL,
    format        TEXT NOT NULL,             -- domain::paper::Format
    size          BIGINT NOT NULL,           -- bytes
    sha256        TEXT NOT NULL,             -- hexadecimal
    remark        TEXT NOT NULL,
    by_whom       TEXT NOT NULL,             -- person id
    at            BIGINT NOT NULL,
    removed_by    TEXT,
    removed_at    BIGINT,
    removed_why   TEXT,
    body          BYTEA,                     -- NULL: it was removed
    PRIMARY KEY (paper_id, n)
);
