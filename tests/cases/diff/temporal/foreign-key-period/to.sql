CREATE EXTENSION btree_gist;
CREATE TABLE public.position (
    id integer, valid daterange,
    PRIMARY KEY (id, valid WITHOUT OVERLAPS)
);
CREATE TABLE public.holder (
    position_id integer, valid daterange, person text,
    PRIMARY KEY (position_id, valid WITHOUT OVERLAPS),
    CONSTRAINT holder_position FOREIGN KEY (position_id, PERIOD valid) REFERENCES public.position (id, PERIOD valid)
);
