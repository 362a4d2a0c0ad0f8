-- at: things_a
DROP INDEX IF EXISTS things_a;
