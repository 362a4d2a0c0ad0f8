-- at: things.a
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
ALTER TABLE things ADD COLUMN a positive;
