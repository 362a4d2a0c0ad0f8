CREATE SCHEMA audit;
GRANT USAGE ON SCHEMA audit TO corpus_auditor;
CREATE TYPE audit.op AS ENUM ('I', 'U', 'D', 'T');
CREATE TABLE public.account (id integer PRIMARY KEY, name text NOT NULL
    , closed_at timestamptz
);
CREATE TABLE public.document (id integer PRIMARY KEY, account integer REFERENCES public.account, title text
    , body text COMPRESSION pglz
);
ALTER TABLE public.document ALTER title SET NOT NULL;
CREATE TABLE public.setting (k text PRIMARY KEY, v text);
CREATE TABLE public.login (account integer, at timestamptz, ip text);
ALTER TABLE public.login ALTER ip TYPE inet USING ip::inet;
CREATE INDEX login_ip ON public.login USING gist (ip inet_ops);
CREATE TABLE audit.entry (
    id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(), actor_name text NOT NULL DEFAULT CURRENT_USER, tab text NOT NULL, op audit.op NOT NULL, old_row jsonb, new_row jsonb, client inet DEFAULT inet_client_addr(),
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE audit.entry_2024 PARTITION OF audit.entry FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00');
CREATE TABLE audit.entry_2025 PARTITION OF audit.entry FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2026-01-01 00:00+00') PARTITION BY HASH (id);
CREATE TABLE audit.entry_2025_0 PARTITION OF audit.entry_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE audit.entry_2025_1 PARTITION OF audit.entry_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX entry_tab ON audit.entry (tab, at DESC);
CREATE INDEX entry_new ON audit.entry USING gin (new_row jsonb_path_ops);
CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = audit, pg_temp AS $$
BEGIN
    INSERT INTO audit.entry (tab, op, old_row, new_row) VALUES (tg_table_name, left(tg_op, 1)::audit.op, to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION audit.note() FROM PUBLIC;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.account FOR EACH ROW EXECUTE FUNCTION audit.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.document FOR EACH ROW EXECUTE FUNCTION audit.note();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.setting FOR EACH ROW EXECUTE FUNCTION audit.note();
ALTER TABLE public.setting ENABLE ALWAYS TRIGGER note;
GRANT SELECT ON audit.entry TO corpus_auditor;
ALTER TABLE audit.entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_own ON audit.entry FOR SELECT TO corpus_auditor USING (actor_name <> CURRENT_USER);
CREATE VIEW audit.deletions AS SELECT at, actor_name, tab, old_row FROM audit.entry WHERE op = 'D';
CREATE FUNCTION audit.watch_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', tg_tag; END $$;
CREATE EVENT TRIGGER audit_ddl ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'ALTER TABLE') EXECUTE FUNCTION audit.watch_ddl();
