CREATE TYPE public.person_type AS (name text, born date);
CREATE TABLE public.a (name text, born date);
CREATE TABLE public.b OF public.person_type;
