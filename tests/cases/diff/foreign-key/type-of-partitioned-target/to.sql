CREATE TABLE public.m (id bigint, k integer, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.c (id integer PRIMARY KEY, m bigint, k integer, FOREIGN KEY (m, k) REFERENCES public.m);
