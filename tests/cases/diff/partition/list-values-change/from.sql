CREATE TABLE public.m (id integer, k text) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN ('a', 'b');
CREATE TABLE public.m_2 PARTITION OF public.m FOR VALUES IN ('c');
