CREATE TABLE public.m (k integer, n integer) PARTITION BY RANGE (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES FROM (0) TO (10);
