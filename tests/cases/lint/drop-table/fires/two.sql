-- at: a
-- at: b
DROP TABLE a, b;
