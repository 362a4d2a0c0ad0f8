CREATE TABLE public.m (id integer, k integer) PARTITION BY RANGE (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES FROM (0) TO (10);
CREATE TABLE public.m_2 PARTITION OF public.m FOR VALUES FROM (10) TO (20);
