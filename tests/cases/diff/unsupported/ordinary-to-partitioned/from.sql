CREATE TABLE public.m (a integer, b integer);
