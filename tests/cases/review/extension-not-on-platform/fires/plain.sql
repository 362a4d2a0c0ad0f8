-- Neon says itself that it has not the one; the other is not in its list.
-- platform: neon
-- expect: extension file_fdw
-- expect: extension pageinspect
-- severity: error
-- severity: error
CREATE EXTENSION file_fdw;
CREATE EXTENSION pageinspect;
CREATE EXTENSION pg_trgm;
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
