-- at: things.small
ALTER TABLE things DROP CONSTRAINT small;
