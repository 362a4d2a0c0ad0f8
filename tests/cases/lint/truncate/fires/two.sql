-- at: a
-- at: b
TRUNCATE TABLE a, b;
