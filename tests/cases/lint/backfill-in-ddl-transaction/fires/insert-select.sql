-- at: copies
BEGIN;
ALTER TABLE things ADD COLUMN a integer;
INSERT INTO copies SELECT * FROM things;
COMMIT;
