CREATE TABLE public.tenant (id integer PRIMARY KEY);
