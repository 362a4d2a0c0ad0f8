CREATE TABLE public.m (k integer) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.m_rest PARTITION OF public.m DEFAULT;
