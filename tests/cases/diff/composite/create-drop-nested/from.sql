CREATE TYPE public.gone AS (x integer);
