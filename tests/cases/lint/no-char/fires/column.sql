-- at: things.a
ALTER TABLE things ADD COLUMN a character(3);
