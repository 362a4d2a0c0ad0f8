CREATE TABLE public.t (id bigint PRIMARY KEY);
CREATE SEQUENCE public.s OWNED BY public.t.id;
CREATE TABLE public.u (id bigint PRIMARY KEY);
