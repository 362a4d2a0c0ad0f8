CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO corpus_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO corpus_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE ON SEQUENCES TO corpus_writer;
CREATE TYPE app.role AS ENUM ('owner', 'admin', 'member', 'guest');
CREATE FUNCTION app.tenant_id() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT nullif(current_setting('app.tenant', true), '')::bigint $$;
CREATE TABLE app.tenant (
    id bigint PRIMARY KEY,
    name text NOT NULL UNIQUE, plan text NOT NULL DEFAULT 'free', suspended_at timestamptz
);
CREATE TABLE app.member (
    id bigint PRIMARY KEY,
    tenant bigint NOT NULL REFERENCES app.tenant ON DELETE CASCADE,
    email text NOT NULL,
    role app.role NOT NULL DEFAULT 'member',
    CONSTRAINT member_email UNIQUE (tenant, email), CONSTRAINT member_tenant_id UNIQUE (tenant, id)
);
CREATE TABLE app.project (
    id bigint PRIMARY KEY,
    tenant bigint NOT NULL REFERENCES app.tenant ON DELETE CASCADE,
    name text NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    CONSTRAINT project_name UNIQUE NULLS NOT DISTINCT (tenant, name), CONSTRAINT project_tenant_id UNIQUE (tenant, id)
);
CREATE TABLE app.ticket (
    id bigint PRIMARY KEY,
    tenant bigint NOT NULL REFERENCES app.tenant ON DELETE CASCADE,
    project bigint NOT NULL,
    title text NOT NULL,
    state text NOT NULL,
    assignee bigint,
    CONSTRAINT ticket_project FOREIGN KEY (tenant, project) REFERENCES app.project (tenant, id) ON DELETE CASCADE,
    CONSTRAINT ticket_assignee FOREIGN KEY (tenant, assignee) REFERENCES app.member (tenant, id) ON DELETE SET NULL (assignee)
);
CREATE INDEX ticket_state ON app.ticket (tenant, state) INCLUDE (title);
CREATE STATISTICS app.ticket_st (dependencies) ON tenant, project FROM app.ticket;
CREATE TABLE app.attachment (id bigint PRIMARY KEY, ticket bigint REFERENCES app.ticket ON DELETE CASCADE, file text, tenant bigint REFERENCES app.tenant);
CREATE TABLE app.label (id bigint PRIMARY KEY, tenant bigint NOT NULL REFERENCES app.tenant ON DELETE CASCADE, name text);
CREATE TABLE app.api_key (hash text PRIMARY KEY, tenant bigint REFERENCES app.tenant, expires_at timestamptz NOT NULL DEFAULT now() + interval '90 days');
REVOKE ALL ON app.api_key FROM corpus_writer;
CREATE TABLE app.usage (tenant bigint REFERENCES app.tenant, day date, n bigint, PRIMARY KEY (tenant, day)) WITH (fillfactor = 80);
ALTER TABLE app.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.project ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.ticket ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.label ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.member USING (tenant = app.tenant_id());
CREATE POLICY tenant ON app.project USING (tenant = app.tenant_id());
CREATE POLICY tenant ON app.ticket USING (tenant = app.tenant_id())
    WITH CHECK (tenant = app.tenant_id() AND EXISTS (SELECT 1 FROM app.project p WHERE p.id = ticket.project AND NOT p.archived))
;
CREATE POLICY tenant ON app.attachment USING (tenant = app.tenant_id());
CREATE POLICY tenant ON app.label USING (tenant = app.tenant_id());
CREATE POLICY no_guests ON app.ticket AS RESTRICTIVE FOR DELETE TO corpus_writer
    USING (EXISTS (SELECT 1 FROM app.member m WHERE m.id = current_setting('app.member', true)::bigint AND m.role <> 'guest'));
CREATE VIEW app.open_ticket AS SELECT t.id, t.tenant, t.title, p.name FROM app.ticket t JOIN app.project p ON p.id = t.project WHERE t.state = 'open';
ALTER VIEW app.open_ticket SET (security_invoker = true);
CREATE VIEW app.load AS SELECT tenant, count(*) AS n FROM app.open_ticket GROUP BY tenant;
