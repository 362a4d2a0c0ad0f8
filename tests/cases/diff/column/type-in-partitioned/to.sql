CREATE TABLE public.m (id bigint NOT NULL, k integer NOT NULL, n bigint) PARTITION BY LIST (k);
CREATE TABLE public.m_5 PARTITION OF public.m FOR VALUES IN (5);
CREATE INDEX m_n ON public.m (n);
