CREATE TABLE public.owner (id integer PRIMARY KEY);
CREATE TABLE public.m (
    id integer NOT NULL, k integer NOT NULL, owner integer REFERENCES public.owner, at date,
    PRIMARY KEY (id, k), CONSTRAINT m_at UNIQUE (at, id, k)
) PARTITION BY LIST (k);
CREATE INDEX m_late ON public.m (owner, (id + k)) WHERE at > '2024-01-01';
CREATE TABLE public.m1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.m2 PARTITION OF public.m FOR VALUES IN (2, 3) PARTITION BY RANGE (id);
CREATE TABLE public.m21 PARTITION OF public.m2 FOR VALUES FROM (MINVALUE) TO (100);
CREATE TABLE public.m22 PARTITION OF public.m2 DEFAULT;
CREATE TABLE public.loose PARTITION OF public.m2 FOR VALUES FROM (100) TO (200);
CREATE TABLE public.m3 PARTITION OF public.m2 FOR VALUES FROM (200) TO (300);
