-- at: things.a
ALTER TABLE things ADD COLUMN a integer UNIQUE;
