CREATE TABLE public.memo (id integer PRIMARY KEY, tenant integer NOT NULL);
ALTER TABLE public.memo ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_tenant ON public.memo USING (tenant = current_setting('app.tenant')::integer);
