-- at: things.a
-- says: unless a valid CHECK says already
ALTER TABLE things ALTER COLUMN a SET NOT NULL;
