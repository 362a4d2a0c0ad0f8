CREATE TABLE public.kept (id integer PRIMARY KEY);
CREATE PUBLICATION pub FOR TABLE public.kept;
