CREATE TYPE public.point3 AS (x float8, y float8, z float8);
CREATE TYPE public.line3 AS (start public.point3, stop public.point3, via public.point3[]);
