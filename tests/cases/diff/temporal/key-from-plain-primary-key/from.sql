CREATE EXTENSION btree_gist;
CREATE TABLE public.price (product integer NOT NULL, valid daterange NOT NULL, amount numeric, CONSTRAINT price_pkey PRIMARY KEY (product));
