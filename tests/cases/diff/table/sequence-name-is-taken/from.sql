CREATE SEQUENCE public.t_id_seq;
CREATE TABLE public.t (id integer PRIMARY KEY);
