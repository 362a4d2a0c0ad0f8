-- at: things.a
ALTER TABLE things DROP COLUMN IF EXISTS a;
