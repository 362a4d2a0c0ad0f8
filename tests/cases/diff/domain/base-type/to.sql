CREATE DOMAIN public.amount AS bigint CHECK (VALUE >= 0);
CREATE TABLE public.t (id integer PRIMARY KEY, a public.amount NOT NULL DEFAULT 0);
CREATE VIEW public.v AS SELECT a FROM public.t;
