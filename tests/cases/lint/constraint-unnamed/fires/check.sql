-- at: things
ALTER TABLE things ADD CHECK (a > 0) NOT VALID;
