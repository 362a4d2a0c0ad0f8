CREATE TABLE public.n (id bigint PRIMARY KEY, up bigint REFERENCES public.n ON DELETE SET NULL);
