CREATE TABLE public.t (id text PRIMARY KEY);
