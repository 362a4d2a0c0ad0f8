CREATE FUNCTION public.new_name(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a $$;
CREATE TABLE public.t (id integer PRIMARY KEY, a integer CHECK (public.new_name(a) > 0));
