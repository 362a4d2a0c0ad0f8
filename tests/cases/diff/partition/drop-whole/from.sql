CREATE TABLE public.kept (id integer PRIMARY KEY);
CREATE TABLE public.m (id integer, k integer, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.m_2 PARTITION OF public.m FOR VALUES IN (2) PARTITION BY LIST (id);
CREATE TABLE public.m_2_x PARTITION OF public.m_2 DEFAULT;
CREATE TABLE public.child (m integer, k integer, FOREIGN KEY (m, k) REFERENCES public.m);
