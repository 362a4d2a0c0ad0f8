CREATE SCHEMA audit;
GRANT USAGE ON SCHEMA audit TO PUBLIC;
CREATE TYPE audit.op AS ENUM ('I', 'U', 'D');
CREATE TABLE public.account (id integer PRIMARY KEY, name text NOT NULL
);
CREATE TABLE public.document (id integer PRIMARY KEY, account integer REFERENCES public.account, title text
);
CREATE TABLE public.setting (k text PRIMARY KEY, v text);
CREATE TABLE public.login (account integer, at timestamptz, ip text);
CREATE TABLE audit.entry (
    id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(), actor text NOT NULL, tab text NOT NULL, op audit.op NOT NULL, old_row json, new_row json,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE audit.entry_2023 PARTITION OF audit.entry FOR VALUES FROM ('2023-01-01 00:00+00') TO ('2024-01-01 00:00+00');
CREATE TABLE audit.entry_2024 PARTITION OF audit.entry FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00');
CREATE INDEX entry_tab ON audit.entry (tab);
CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO audit.entry (actor, tab, op) VALUES (current_user, tg_table_name, left(tg_op, 1)::audit.op); RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON public.account FOR EACH ROW EXECUTE FUNCTION audit.note();
CREATE TRIGGER note AFTER UPDATE ON public.document FOR EACH STATEMENT EXECUTE FUNCTION audit.note();
GRANT SELECT, DELETE ON audit.entry TO PUBLIC;
CREATE VIEW audit.deletions AS SELECT at, actor, tab FROM audit.entry WHERE op = 'D';
