-- at: things.c
ALTER TABLE things ADD CONSTRAINT c CHECK (a > 0) NOT VALID;
