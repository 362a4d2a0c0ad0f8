CREATE TABLE public.m (a integer, b integer) PARTITION BY LIST (b);
