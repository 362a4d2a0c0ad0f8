CREATE TABLE public.t (id integer PRIMARY KEY);
CREATE TABLE public.m (id integer, name text, at timestamptz) PARTITION BY RANGE (lower(name) COLLATE "C", (extract(year FROM at AT TIME ZONE 'UTC')));
CREATE TABLE public.m_a PARTITION OF public.m FOR VALUES FROM ('a', MINVALUE) TO ('n', MAXVALUE);
