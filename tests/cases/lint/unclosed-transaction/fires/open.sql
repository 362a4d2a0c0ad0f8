-- at: database
BEGIN;
ALTER TABLE things ADD COLUMN a integer;
