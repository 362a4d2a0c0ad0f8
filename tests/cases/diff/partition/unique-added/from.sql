CREATE TABLE public.m (id integer, k integer, code text) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.m_2 PARTITION OF public.m (CONSTRAINT m_2_own UNIQUE (code)) FOR VALUES IN (2);
