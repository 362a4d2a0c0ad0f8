-- runs: managed
-- at: database
ALTER TABLE things ADD COLUMN a integer;
COMMIT;
