-- severity: info
-- at: things.a
-- says: may rewrite
ALTER TABLE things ALTER COLUMN a TYPE text;
