CREATE TYPE public.k AS ENUM ('a', 'b', 'c');
CREATE TABLE public.ev (id integer, p integer, k public.k DEFAULT 'a') PARTITION BY LIST (p);
CREATE TABLE public.ev_1 PARTITION OF public.ev FOR VALUES IN (1);
CREATE TABLE public.ev_2 PARTITION OF public.ev (k DEFAULT 'b') FOR VALUES IN (2);
CREATE INDEX ev_k ON public.ev (k);
