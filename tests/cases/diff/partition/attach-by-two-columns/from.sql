CREATE TABLE public.m (a integer NOT NULL, "B" timestamp) PARTITION BY RANGE (a, "B");
CREATE TABLE public.m_0 PARTITION OF public.m FOR VALUES FROM (0, MINVALUE) TO (1, '2024-01-01');
CREATE TABLE public.m_1 (a integer NOT NULL, "B" timestamp);
CREATE TABLE public.m_2 (a integer NOT NULL, "B" timestamp);
CREATE TABLE public.rest PARTITION OF public.m DEFAULT;
