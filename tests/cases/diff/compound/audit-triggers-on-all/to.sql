CREATE SCHEMA audit;
CREATE TABLE audit.log (
    id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(), who name NOT NULL DEFAULT CURRENT_USER,
    tab regclass NOT NULL, op text NOT NULL CHECK (op IN ('INSERT', 'UPDATE', 'DELETE')), old_row jsonb, new_row jsonb,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE public.a (id integer PRIMARY KEY, x text);
CREATE TABLE public.b (id integer PRIMARY KEY, y text);
CREATE TABLE audit.log_2024 PARTITION OF audit.log FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00');
CREATE TABLE audit.log_rest PARTITION OF audit.log DEFAULT;
CREATE INDEX log_tab ON audit.log (tab, at);
CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit, pg_temp AS $$
BEGIN
    INSERT INTO audit.log (tab, op, old_row, new_row) VALUES (tg_relid, tg_op, to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON public.a FOR EACH ROW EXECUTE FUNCTION audit.note();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON public.b FOR EACH ROW EXECUTE FUNCTION audit.note();
