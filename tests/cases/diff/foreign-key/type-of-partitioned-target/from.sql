CREATE TABLE public.m (id integer, k integer, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.c (id integer PRIMARY KEY, m integer, k integer, FOREIGN KEY (m, k) REFERENCES public.m);
