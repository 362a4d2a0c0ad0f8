CREATE TABLE public.cache (k text PRIMARY KEY, v text);
CREATE UNLOGGED TABLE public.solid (id integer PRIMARY KEY);
