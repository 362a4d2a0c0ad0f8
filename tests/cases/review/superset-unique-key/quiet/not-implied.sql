-- A condition, a deferred key, another collation, NULLs that the wider one compares, the same columns.
CREATE TABLE a (id bigint PRIMARY KEY, x text, y text, gone timestamptz);
CREATE UNIQUE INDEX ON a (x) WHERE gone IS NULL;
CREATE UNIQUE INDEX ON a (x, y);
CREATE TABLE b (id bigint PRIMARY KEY, x text UNIQUE DEFERRABLE, y text, UNIQUE (x, y));
CREATE TABLE c (id bigint PRIMARY KEY, x text, y text);
CREATE UNIQUE INDEX ON c (x COLLATE "C");
CREATE UNIQUE INDEX ON c (x, y);
CREATE TABLE d (id bigint PRIMARY KEY, x text UNIQUE, y text, UNIQUE NULLS NOT DISTINCT (x, y));
CREATE TABLE e (id bigint PRIMARY KEY, x text, y text, UNIQUE (x, y), UNIQUE (y, x));
