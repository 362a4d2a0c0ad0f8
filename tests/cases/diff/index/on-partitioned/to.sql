CREATE TABLE public.m (id integer, k integer, n integer) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.m_2 PARTITION OF public.m FOR VALUES IN (2) PARTITION BY LIST (id);
CREATE TABLE public.m_2_1 PARTITION OF public.m_2 FOR VALUES IN (1);
CREATE INDEX m_n ON public.m (n DESC);
CREATE UNIQUE INDEX m_id ON public.m (k, id);
