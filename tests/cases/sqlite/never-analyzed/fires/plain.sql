-- expect: database
CREATE TABLE visit (id INTEGER PRIMARY KEY, page TEXT NOT NULL);
CREATE INDEX visit_page ON visit (page);
INSERT INTO visit (page)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT 'page ' || (i % 100) FROM n;
