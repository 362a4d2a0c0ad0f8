CREATE TABLE public.a (id integer PRIMARY KEY);
CREATE PUBLICATION feed FOR TABLE public.a WITH (publish = 'insert, delete, truncate', publish_via_partition_root = true);
COMMENT ON PUBLICATION feed IS 'out';
