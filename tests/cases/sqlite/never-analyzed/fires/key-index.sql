-- expect: database
CREATE TABLE visit (page TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (page, n));
INSERT INTO visit (page, n)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT 'page ' || (i % 100), i FROM n;
