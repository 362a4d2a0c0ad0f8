CREATE TABLE public.a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x integer);
CREATE TABLE public.b (id bigint PRIMARY KEY, x integer);
