CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.v AS SELECT id, a FROM public.t;
CREATE RULE r1 AS ON INSERT TO public.t DO ALSO NOTHING;
