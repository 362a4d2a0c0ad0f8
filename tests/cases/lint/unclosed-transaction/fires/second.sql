-- at: database
BEGIN;
ALTER TABLE things ADD COLUMN a integer;
COMMIT;
START TRANSACTION;
ALTER TABLE things ADD COLUMN b integer;
