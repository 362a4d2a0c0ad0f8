CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO corpus_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO corpus_writer;
CREATE TYPE app.role AS ENUM ('admin', 'member', 'bot');
CREATE FUNCTION app.tenant_id() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant', true)::integer $$;
CREATE TABLE app.tenant (
    id integer PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE app.member (
    id integer PRIMARY KEY,
    tenant integer NOT NULL REFERENCES app.tenant,
    email text NOT NULL,
    role app.role NOT NULL DEFAULT 'member',
    CONSTRAINT member_email UNIQUE (email)
);
CREATE TABLE app.project (
    id integer PRIMARY KEY,
    tenant integer NOT NULL REFERENCES app.tenant,
    name text NOT NULL
);
CREATE TABLE app.ticket (
    id integer PRIMARY KEY,
    tenant integer NOT NULL REFERENCES app.tenant,
    project integer NOT NULL CONSTRAINT ticket_project REFERENCES app.project,
    title text NOT NULL,
    state text NOT NULL
);
CREATE INDEX ticket_state ON app.ticket (state);
CREATE TABLE app.attachment (id integer PRIMARY KEY, ticket integer REFERENCES app.ticket, file text);
CREATE TABLE app.label (id integer PRIMARY KEY, tenant integer REFERENCES app.tenant, name text);
CREATE TABLE app.api_key (hash text PRIMARY KEY, tenant integer REFERENCES app.tenant);
CREATE TABLE app.usage (tenant integer REFERENCES app.tenant, day date, n integer, PRIMARY KEY (tenant, day));
ALTER TABLE app.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.project ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.member USING (tenant = app.tenant_id());
CREATE POLICY tenant ON app.project USING (tenant = app.tenant_id());
CREATE POLICY tenant ON app.ticket USING (tenant = app.tenant_id())
;
CREATE VIEW app.open_ticket AS SELECT t.id, t.tenant, t.title, p.name FROM app.ticket t JOIN app.project p ON p.id = t.project WHERE t.state = 'open';
CREATE VIEW app.load AS SELECT tenant, count(*) AS n FROM app.open_ticket GROUP BY tenant;
