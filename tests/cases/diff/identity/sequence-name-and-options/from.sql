CREATE TABLE public.t (id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.t_counter START 5) PRIMARY KEY, n integer);
