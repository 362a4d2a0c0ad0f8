ALTER TABLE things ADD COLUMN a integer;
