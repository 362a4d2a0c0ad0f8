CREATE TABLE public.t (id integer, n integer, CONSTRAINT pk_t PRIMARY KEY (id) INCLUDE (n) WITH (fillfactor = 80));
