-- problem: 0001_a.up.sql is not the file that dba.sum has
-- at: database
ALTER TABLE things ADD COLUMN a integer;
