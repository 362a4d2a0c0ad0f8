-- expect: table page
CREATE TABLE page (path TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO page (path, body)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800) SELECT 'path' || i, hex(zeroblob(900)) FROM n;
