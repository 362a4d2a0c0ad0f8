-- expect: column reading.value
CREATE TABLE reading (id INTEGER PRIMARY KEY, value VARCHAR(10));
INSERT INTO reading (value)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) SELECT i + 0.5 FROM n;
