-- at: things.twice
ALTER TABLE things ADD COLUMN twice integer GENERATED ALWAYS AS (a * 2) CHECK (twice > 0);
