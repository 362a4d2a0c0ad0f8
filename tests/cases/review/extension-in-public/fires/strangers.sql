-- roles: anon
-- expect: schema public
CREATE EXTENSION pg_trgm;
CREATE TABLE notes (id int PRIMARY KEY);
GRANT SELECT ON notes TO anon;
