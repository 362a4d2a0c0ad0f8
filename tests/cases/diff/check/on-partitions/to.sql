CREATE TABLE public.m (k integer, n integer, CONSTRAINT n_pos CHECK (n > 0)) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m (CONSTRAINT own CHECK (n < 50)) FOR VALUES IN (1);
CREATE TABLE public.m_2 PARTITION OF public.m FOR VALUES IN (2);
