CREATE TABLE public.a (id integer, k integer) PARTITION BY LIST (k);
CREATE TABLE public.b (id integer, k integer) PARTITION BY LIST (k);
CREATE TABLE public.one PARTITION OF public.b FOR VALUES IN (1);
