CREATE TABLE public.m (id integer, k integer, code text, CONSTRAINT m_code UNIQUE (k, code)) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m (CONSTRAINT m_1_own UNIQUE (code)) FOR VALUES IN (1);
CREATE TABLE public.m_2 PARTITION OF public.m FOR VALUES IN (2);
