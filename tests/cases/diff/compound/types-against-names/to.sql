CREATE TYPE public.z AS ENUM ('q');
CREATE DOMAIN public.y AS public.z;
CREATE TYPE public.x AS (y public.y, ys public.y[]);
CREATE DOMAIN public.w AS public.x CHECK ((VALUE).y IS NOT NULL);
CREATE TABLE public.b (v public.w, r public.x[]);
CREATE TYPE public.a AS (b public.b);
CREATE TABLE public.keep (id integer PRIMARY KEY, a public.a);
