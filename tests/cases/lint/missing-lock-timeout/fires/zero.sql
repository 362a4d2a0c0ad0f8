-- at: things
-- says: which is none
SET lock_timeout = 0;
DROP INDEX things_a;
ALTER TABLE things ADD COLUMN a integer;
