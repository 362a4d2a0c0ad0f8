CREATE TABLE public.a (id integer PRIMARY KEY, x text);
CREATE TABLE public.b (id integer PRIMARY KEY, y text);
CREATE TABLE public.c (id integer PRIMARY KEY, z text);
CREATE PUBLICATION feed FOR TABLE public.a (id), TABLE public.c WHERE (id > 100) WITH (publish = 'insert, update', publish_via_partition_root = true);
CREATE PUBLICATION feed_of_b FOR TABLE public.b;
