-- In which language an account reads pages: ja | en; NULL: as the browser asks.
ALTER TABLE person ADD COLUMN language TEXT;
