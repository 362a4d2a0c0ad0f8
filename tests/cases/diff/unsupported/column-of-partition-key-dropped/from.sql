CREATE TABLE public.m (k integer, n integer) PARTITION BY RANGE (k, n);
