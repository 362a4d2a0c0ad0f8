CREATE EXTENSION unaccent;
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE EXTENSION intarray;
CREATE EXTENSION btree_gin;
CREATE TABLE public.place (id integer PRIMARY KEY, lat float8, lon float8, tags integer[]);
CREATE INDEX place_earth ON public.place USING gist (ll_to_earth(lat, lon));
CREATE INDEX place_tags ON public.place USING gin (tags gin__int_ops, id);
