-- at: things.twice
ALTER TABLE things ALTER COLUMN twice SET EXPRESSION AS (a * 3);
