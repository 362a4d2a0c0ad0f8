CREATE TABLE public.m (id bigint NOT NULL, at date NOT NULL, n integer) PARTITION BY RANGE (at);
CREATE TABLE public.m_2024 PARTITION OF public.m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.loose (id bigint NOT NULL, at date NOT NULL, n bigint);
