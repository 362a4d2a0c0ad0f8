-- at: things.a
ALTER TABLE things ADD CONSTRAINT a_set NOT NULL a NOT VALID;
