CREATE TABLE public.m (id integer, k integer, note text DEFAULT 'x', at timestamptz NOT NULL DEFAULT now()) PARTITION BY LIST (k);
CREATE TABLE public.m_1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.m_2 PARTITION OF public.m (note DEFAULT 'y') FOR VALUES IN (2);
COMMENT ON COLUMN public.m.note IS 'words';
