CREATE SEQUENCE public.shared;
CREATE TABLE public.a (id bigint PRIMARY KEY DEFAULT nextval('public.shared'));
CREATE TABLE public.b (id bigint PRIMARY KEY DEFAULT nextval('public.shared'::text));
CREATE TABLE public.c (id bigint PRIMARY KEY DEFAULT nextval('public.shared'));
