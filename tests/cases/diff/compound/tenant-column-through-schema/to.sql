CREATE TABLE public.tenant (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE public.project (
    id integer PRIMARY KEY, name text, tenant integer REFERENCES public.tenant,
    CONSTRAINT project_tenant_name_key UNIQUE (tenant, name), CONSTRAINT project_tenant_id_key UNIQUE (tenant, id)
);
CREATE TABLE public.task (
    id integer PRIMARY KEY, project integer, title text, tenant integer,
    CONSTRAINT task_project_fkey FOREIGN KEY (tenant, project) REFERENCES public.project (tenant, id)
);
CREATE FUNCTION public.tenant() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant', true)::integer $$;
ALTER TABLE public.project ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.project USING (tenant = public.tenant());
CREATE POLICY own ON public.task USING (tenant = public.tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON public.project, public.task TO corpus_writer;
