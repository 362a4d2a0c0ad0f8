CREATE TABLE public.m (k integer, n integer) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1) PARTITION BY LIST (n);
CREATE TABLE public.m_1_1 PARTITION OF public.m_1 FOR VALUES IN (1, 2) WITH (fillfactor = 80);
CREATE TABLE public.m_1_rest PARTITION OF public.m_1 DEFAULT;
ALTER TABLE public.m_1_rest OWNER TO corpus_writer;
COMMENT ON TABLE public.m_1 IS 'first';
