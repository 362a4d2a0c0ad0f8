CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.m (id bigint NOT NULL, at date NOT NULL, p integer REFERENCES public.p, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX m_p ON public.m (p);
CREATE TABLE public.m_2025 PARTITION OF public.m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.m_2024 PARTITION OF public.m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
