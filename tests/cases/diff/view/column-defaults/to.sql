CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b text);
CREATE VIEW public.v AS SELECT id, a, b FROM public.t;
ALTER VIEW public.v ALTER a SET DEFAULT 2;
ALTER VIEW public.v ALTER b SET DEFAULT 'x';
