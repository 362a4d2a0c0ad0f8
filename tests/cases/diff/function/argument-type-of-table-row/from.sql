CREATE TABLE public.t (id integer PRIMARY KEY, first text, last text);
CREATE FUNCTION public.full_name(public.t) RETURNS text LANGUAGE sql STABLE AS $$ SELECT ($1).first || ' ' || ($1).last $$;
