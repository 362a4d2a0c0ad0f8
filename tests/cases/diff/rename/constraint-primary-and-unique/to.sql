CREATE TABLE public.t (id integer CONSTRAINT pk_t PRIMARY KEY, a integer CONSTRAINT uq_t_a UNIQUE);
CREATE TABLE public.c (t integer CONSTRAINT fk REFERENCES public.t);
