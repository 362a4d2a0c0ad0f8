CREATE TABLE public.l (k text, n integer) PARTITION BY LIST (k);
CREATE TABLE public.l_1 PARTITION OF public.l FOR VALUES IN ('a', 'it''s', NULL);
CREATE TABLE public.l_2 PARTITION OF public.l FOR VALUES IN ('b');
CREATE TABLE public.l_rest (k text, n integer);
CREATE TABLE public.r (at date) PARTITION BY RANGE (at);
CREATE TABLE public.r_1 PARTITION OF public.r FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.r_2 PARTITION OF public.r FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
CREATE TABLE public.r_rest (at date);
