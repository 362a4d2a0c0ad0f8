-- at: things
ALTER TABLE things ADD COLUMN a integer;
ALTER TABLE others ADD CONSTRAINT c CHECK (b > 0);
