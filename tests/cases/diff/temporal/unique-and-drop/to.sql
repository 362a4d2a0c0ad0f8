CREATE EXTENSION btree_gist;
CREATE TABLE public.rate (product integer NOT NULL, valid tstzrange NOT NULL, code text, CONSTRAINT rate_code UNIQUE (code, valid WITHOUT OVERLAPS));
