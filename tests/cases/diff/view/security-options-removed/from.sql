CREATE TABLE public.t (id integer PRIMARY KEY, a integer);
CREATE VIEW public.v WITH (security_barrier = true, check_option = local) AS SELECT id, a FROM public.t WHERE a > 0;
