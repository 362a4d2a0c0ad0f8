CREATE TABLE public.t (id integer PRIMARY KEY, n bigint, twice bigint GENERATED ALWAYS AS (n * 2) STORED);
