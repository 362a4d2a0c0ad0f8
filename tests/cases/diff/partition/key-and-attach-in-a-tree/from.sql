CREATE TABLE public.owner (id integer PRIMARY KEY);
CREATE TABLE public.m (id integer NOT NULL, k integer NOT NULL, owner integer, at date) PARTITION BY LIST (k);
CREATE TABLE public.m1 PARTITION OF public.m FOR VALUES IN (1);
CREATE TABLE public.m2 PARTITION OF public.m FOR VALUES IN (2, 3) PARTITION BY RANGE (id);
CREATE TABLE public.m21 PARTITION OF public.m2 FOR VALUES FROM (MINVALUE) TO (100);
CREATE TABLE public.m22 PARTITION OF public.m2 DEFAULT;
CREATE TABLE public.loose (id integer NOT NULL, k integer NOT NULL, owner integer, at date);
