-- at: things
ALTER TABLE things ADD COLUMN a integer;
ALTER TABLE things ADD COLUMN b integer;
