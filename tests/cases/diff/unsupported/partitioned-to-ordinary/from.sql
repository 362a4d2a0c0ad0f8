CREATE TABLE public.m (a integer, b integer) PARTITION BY RANGE (a);
CREATE TABLE public.m_rest PARTITION OF public.m DEFAULT;
