CREATE TABLE public.p (id bigint PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, p bigint NOT NULL REFERENCES public.p ON DELETE CASCADE);
CREATE INDEX c_p ON public.c (p);
