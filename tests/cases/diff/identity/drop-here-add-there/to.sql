CREATE TABLE public.a (id bigint PRIMARY KEY, x integer);
CREATE TABLE public.b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x integer);
