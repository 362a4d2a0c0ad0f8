CREATE TABLE public.m (k integer, amount integer) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE INDEX m_n ON public.m (amount);
