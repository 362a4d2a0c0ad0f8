CREATE SCHEMA x;
CREATE TABLE public.x (x integer);
