CREATE SEQUENCE public.a AS smallint;
CREATE SEQUENCE public.b AS integer MAXVALUE 500;
CREATE SEQUENCE public.c;
