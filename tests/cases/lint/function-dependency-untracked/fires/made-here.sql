-- at: things
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM things';
ALTER TABLE things RENAME TO others;
