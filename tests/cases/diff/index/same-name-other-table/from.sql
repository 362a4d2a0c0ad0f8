CREATE TABLE public.a (n integer);
CREATE TABLE public.b (n integer);
CREATE INDEX by_n ON public.a (n);
