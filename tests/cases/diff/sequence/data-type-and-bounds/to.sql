CREATE SEQUENCE public.a AS bigint;
CREATE SEQUENCE public.b AS bigint MAXVALUE 500;
CREATE SEQUENCE public.c AS integer;
