CREATE TABLE public.t (id integer PRIMARY KEY, first text, last text, middle text);
CREATE FUNCTION public.full_name(public.t) RETURNS text LANGUAGE sql STABLE AS $$ SELECT concat_ws(' ', ($1).first, ($1).middle, ($1).last) $$;
