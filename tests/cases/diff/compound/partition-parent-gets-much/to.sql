CREATE TYPE public.kind AS ENUM ('x', 'y');
CREATE TABLE public.m (
    id bigint GENERATED ALWAYS AS IDENTITY, at date NOT NULL, n bigint NOT NULL DEFAULT 0, kind public.kind NOT NULL DEFAULT 'x',
    PRIMARY KEY (id, at), CONSTRAINT n_pos CHECK (n >= 0)
) PARTITION BY RANGE (at);
CREATE TABLE public.m_2024 PARTITION OF public.m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.loose PARTITION OF public.m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX m_kind ON public.m (kind, at DESC) WHERE kind = 'y';
