CREATE EXTENSION btree_gist;
CREATE TABLE public.rate (product integer, valid tstzrange, code text, CONSTRAINT rate_pkey PRIMARY KEY (product, valid WITHOUT OVERLAPS));
