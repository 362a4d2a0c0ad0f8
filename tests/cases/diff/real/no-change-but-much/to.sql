CREATE SCHEMA app;
CREATE EXTENSION citext;
CREATE EXTENSION btree_gist;
CREATE TYPE app.kind AS ENUM ('a', 'b');
CREATE DOMAIN app.mail AS citext CHECK (VALUE LIKE '%@%');
CREATE TYPE app.pair AS (x integer, y app.mail);
CREATE SEQUENCE app.counter START 100;
CREATE FUNCTION app.f(a integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a + 1;
CREATE AGGREGATE app.total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
CREATE TABLE app.users (
    id bigint GENERATED ALWAYS AS IDENTITY (START 10) PRIMARY KEY, name text NOT NULL DEFAULT 'n', mail app.mail, k app.kind DEFAULT 'a', p app.pair,
    n integer DEFAULT app.f(2) CONSTRAINT n_pos CHECK (app.f(n) > 0), g integer GENERATED ALWAYS AS (n + 1) STORED, v integer GENERATED ALWAYS AS (n + 2) VIRTUAL
    , during tstzrange, EXCLUDE USING gist (n WITH =, during WITH &&), added date
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX users_mail ON app.users (mail) NULLS NOT DISTINCT;
CREATE INDEX users_lower ON app.users (lower(name) text_pattern_ops DESC NULLS LAST) INCLUDE (k) WHERE k = 'a';
CREATE TABLE app.log (who bigint REFERENCES app.users ON DELETE CASCADE, at timestamptz NOT NULL, what jsonb) PARTITION BY RANGE (at);
CREATE TABLE app.log_1 PARTITION OF app.log FOR VALUES FROM (MINVALUE) TO ('2025-01-01 00:00+00');
CREATE TABLE app.log_2 PARTITION OF app.log DEFAULT;
CREATE INDEX log_who ON app.log (who);
CREATE TABLE app.base (id integer NOT NULL, note text);
CREATE TABLE app.derived (extra text) INHERITS (app.base);
CREATE TABLE app.typed OF app.pair (x WITH OPTIONS NOT NULL);
CREATE VIEW app.v1 WITH (security_barrier) AS SELECT id, name, app.f(n) AS f FROM app.users;
CREATE VIEW app.v2 AS SELECT count(*) AS n FROM app.v1;
CREATE MATERIALIZED VIEW app.m AS SELECT n FROM app.v2;
CREATE INDEX m_n ON app.m (n);
CREATE FUNCTION app.tr() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OF name ON app.users FOR EACH ROW WHEN (NEW.name <> '') EXECUTE FUNCTION app.tr();
CREATE RULE r1 AS ON DELETE TO app.base DO INSTEAD NOTHING;
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY p1 ON app.users FOR SELECT USING (name = CURRENT_USER);
CREATE STATISTICS app.st ON name, n FROM app.users;
CREATE PUBLICATION pub FOR TABLE app.users (id, name), TABLE app.base;
GRANT SELECT ON app.users TO corpus_reader;
GRANT SELECT ON app.v1 TO corpus_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO corpus_reader;
COMMENT ON TABLE app.users IS 'all users';
CREATE INDEX log_what ON app.log USING gin (what);
