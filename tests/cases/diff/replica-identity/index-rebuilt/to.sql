CREATE TABLE public.a (id integer PRIMARY KEY, k text NOT NULL, l text NOT NULL);
CREATE UNIQUE INDEX a_k ON public.a (k, l);
ALTER TABLE public.a REPLICA IDENTITY USING INDEX a_k;
ALTER TABLE public.a CLUSTER ON a_k;
