-- pooler: named
-- at: database
CREATE TEMP TABLE ids AS SELECT id FROM orders;
DELETE FROM ids;
