CREATE EXTENSION btree_gist;
CREATE TABLE public.rate (
    product integer NOT NULL, valid daterange NOT NULL, percent numeric,
    CONSTRAINT rate_pkey PRIMARY KEY (product, valid WITHOUT OVERLAPS)
);
