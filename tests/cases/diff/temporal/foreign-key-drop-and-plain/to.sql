CREATE EXTENSION btree_gist;
CREATE TABLE public.pos (id integer, valid daterange, n integer UNIQUE, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
CREATE TABLE public.holder (pos_id integer, valid daterange, n integer, CONSTRAINT holder_n FOREIGN KEY (n) REFERENCES public.pos (n));
