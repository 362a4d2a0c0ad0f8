CREATE TABLE word (word TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL);
CREATE INDEX word_count ON word (count);
INSERT INTO word (word, count)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT 'some word number ' || i, i FROM n;
