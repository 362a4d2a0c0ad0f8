CREATE TABLE public.m (k integer) PARTITION BY RANGE (k);
