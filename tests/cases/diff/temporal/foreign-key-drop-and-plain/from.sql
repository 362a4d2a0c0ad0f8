CREATE EXTENSION btree_gist;
CREATE TABLE public.pos (id integer, valid daterange, n integer UNIQUE, PRIMARY KEY (id, valid WITHOUT OVERLAPS));
CREATE TABLE public.holder (
    pos_id integer, valid daterange, n integer,
    CONSTRAINT holder_pos FOREIGN KEY (pos_id, PERIOD valid) REFERENCES public.pos (id, PERIOD valid)
);
