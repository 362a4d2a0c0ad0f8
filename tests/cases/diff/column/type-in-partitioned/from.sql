CREATE TABLE public.m (id integer NOT NULL, k integer NOT NULL, n integer) PARTITION BY LIST (k);
CREATE TABLE public.m_5 PARTITION OF public.m FOR VALUES IN (5);
CREATE INDEX m_n ON public.m (n);
