-- plpgsql comes with the database and lives in pg_catalog.
CREATE TABLE notes (id int PRIMARY KEY);
