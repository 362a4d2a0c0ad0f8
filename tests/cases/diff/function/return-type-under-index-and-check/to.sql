CREATE FUNCTION public.score(a integer) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT a * 2.5 $$;
CREATE TABLE public.t (id integer PRIMARY KEY, a integer, CONSTRAINT score_pos CHECK (public.score(a) > 0));
CREATE INDEX t_score ON public.t (public.score(a));
