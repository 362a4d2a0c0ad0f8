CREATE TABLE public.m (id integer NOT NULL, n text) PARTITION BY HASH (id);
CREATE TABLE public.m_0 PARTITION OF public.m FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES WITH (modulus 2, remainder 1);
