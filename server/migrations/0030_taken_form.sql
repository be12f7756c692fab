-- Forms that were taken, by the mark that their page gave them: what is sent again is not done again. Kept for a day.
CREATE TABLE taken_form (
    session       TEXT NOT NULL,             -- hash of the cookie's secret
    mark          TEXT NOT NULL,             -- from the form's page, random
    led_to        TEXT NOT NULL,             -- the path the first answer led to
    once          TEXT,                      -- sealed text that the next page shows
    at            BIGINT NOT NULL,
    PRIMARY KEY (session, mark)
);
CREATE INDEX taken_form_by_age ON taken_form (at);
