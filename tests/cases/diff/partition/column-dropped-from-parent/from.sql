CREATE TABLE public.m (id integer, k integer, note text) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE INDEX m_note ON public.m (note);
