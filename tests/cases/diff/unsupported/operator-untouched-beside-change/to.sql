CREATE FUNCTION public.near(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT abs(a - b) < 3 $$;
CREATE TABLE public.t (id integer PRIMARY KEY, n integer);
