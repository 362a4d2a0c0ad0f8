CREATE FUNCTION public.norm(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(t) $$;
CREATE TABLE public.t (id integer PRIMARY KEY, name text);
CREATE INDEX t_norm ON public.t (public.norm(name));
