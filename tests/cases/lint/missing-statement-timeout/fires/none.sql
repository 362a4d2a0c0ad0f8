-- at: things
ALTER TABLE things ADD COLUMN a integer;
