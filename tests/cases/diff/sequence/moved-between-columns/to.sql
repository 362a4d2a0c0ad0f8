CREATE TABLE public.t (a bigint, b bigint);
CREATE SEQUENCE public.s OWNED BY public.t.b;
ALTER TABLE public.t ALTER b SET DEFAULT nextval('public.s');
