CREATE FUNCTION public.old_name(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a $$;
CREATE TABLE public.t (id integer PRIMARY KEY, a integer CHECK (public.old_name(a) > 0));
