CREATE DOMAIN public.code AS varchar(2) CONSTRAINT code_upper CHECK (VALUE = upper(VALUE));
CREATE TABLE public.p (code public.code PRIMARY KEY);
CREATE TABLE public.c (id integer PRIMARY KEY, p public.code REFERENCES public.p);
CREATE VIEW public.v AS SELECT code FROM public.p;
