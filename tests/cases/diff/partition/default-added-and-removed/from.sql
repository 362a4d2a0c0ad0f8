CREATE TABLE public.m (id integer, k integer) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.n (id integer, k integer) PARTITION BY LIST (k);
CREATE TABLE public.n_1 PARTITION OF public.n FOR VALUES IN (1);
CREATE TABLE public.n_rest PARTITION OF public.n DEFAULT;
