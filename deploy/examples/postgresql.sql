-- A database for the collector, once, as PostgreSQL's superuser:
--   psql -v password="$(openssl rand -hex 24)" -f postgresql.sql
-- Then `[store] url = "postgres://hashimori:…@db.example/hashimori"`, on every collector process in front of it; the
-- processes share the master key file and need nothing else of each other. The first one to start makes the schema.
-- Acknowledged means durable: leave fsync and full_page_writes on (PostgreSQL's defaults); the collector refuses to start otherwise, and sets synchronous_commit itself.
\set ON_ERROR_STOP on
CREATE ROLE hashimori LOGIN PASSWORD :'password';
CREATE DATABASE hashimori OWNER hashimori ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE hashimori FROM PUBLIC;
