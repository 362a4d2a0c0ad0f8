CREATE FUNCTION public.score(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a * 2 $$;
CREATE TABLE public.t (id integer PRIMARY KEY, a integer, CONSTRAINT score_pos CHECK (public.score(a) > 0));
CREATE INDEX t_score ON public.t (public.score(a));
