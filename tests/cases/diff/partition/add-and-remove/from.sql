CREATE TABLE public.measure (id bigint, at date NOT NULL, v numeric, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX measure_v_idx ON public.measure (v);
CREATE TABLE public.measure_2024 PARTITION OF public.measure FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.measure_2023 PARTITION OF public.measure FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
