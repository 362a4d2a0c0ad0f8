CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.m (id bigint NOT NULL, at date NOT NULL, p integer REFERENCES public.p, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX m_p ON public.m (p);
CREATE TABLE public.m_2025 PARTITION OF public.m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.m_2024 (id bigint NOT NULL, at date NOT NULL, p integer, CONSTRAINT m_2024_pkey PRIMARY KEY (id, at));
CREATE INDEX m_2024_p_idx ON public.m_2024 (p);
ALTER TABLE public.m_2024 ADD CONSTRAINT m_2024_bounds CHECK (at >= '2024-01-01' AND at < '2025-01-01');
