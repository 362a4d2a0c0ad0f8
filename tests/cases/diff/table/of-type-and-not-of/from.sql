CREATE TYPE public.person_type AS (name text, born date);
CREATE TABLE public.a OF public.person_type;
CREATE TABLE public.b (name text, born date);
