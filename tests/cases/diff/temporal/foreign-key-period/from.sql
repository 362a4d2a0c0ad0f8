CREATE EXTENSION btree_gist;
CREATE TABLE public.position (
    id integer, valid daterange,
    PRIMARY KEY (id, valid WITHOUT OVERLAPS)
);
CREATE TABLE public.holder (position_id integer, valid daterange, person text, PRIMARY KEY (position_id, valid WITHOUT OVERLAPS));
