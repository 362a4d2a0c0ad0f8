-- reversible: no
-- at: database
ALTER TABLE things ADD COLUMN a integer;
