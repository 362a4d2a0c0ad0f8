CREATE TYPE public.k AS ENUM ('a', 'b');
CREATE TABLE public.t (
    id integer PRIMARY KEY, one public.k NOT NULL DEFAULT 'a', many public.k[] DEFAULT '{a}',
    CONSTRAINT one_known CHECK (one <> 'b' OR many IS NOT NULL)
);
CREATE INDEX t_a ON public.t (one) WHERE one = 'a';
CREATE VIEW public.v AS SELECT id, one FROM public.t WHERE one <> 'b';
CREATE FUNCTION public.f(x public.k DEFAULT 'a') RETURNS public.k LANGUAGE sql IMMUTABLE AS $$ SELECT x $$;
