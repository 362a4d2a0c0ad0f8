CREATE FUNCTION public.norm(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT lower(btrim(t)) $$;
CREATE TABLE public.t (id integer PRIMARY KEY, name text);
CREATE INDEX t_norm ON public.t (public.norm(name));
