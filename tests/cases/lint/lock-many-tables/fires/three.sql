-- at: a
ALTER TABLE a ADD COLUMN x integer;
ALTER TABLE b ADD COLUMN x integer;
ALTER TABLE c ADD COLUMN x integer;
ALTER TABLE d ADD COLUMN x integer;
