CREATE TABLE public.t (id integer PRIMARY KEY, c integer, b integer GENERATED ALWAYS AS (c + 1) STORED);
