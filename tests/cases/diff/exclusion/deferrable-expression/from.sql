CREATE EXTENSION btree_gist;
CREATE TABLE public.stay (room integer, starts date, ends date, CONSTRAINT stay_excl EXCLUDE USING gist (room WITH =, daterange(starts, ends) WITH &&));
