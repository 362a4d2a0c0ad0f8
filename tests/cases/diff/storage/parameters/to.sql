CREATE TABLE public.hot (id integer PRIMARY KEY, n integer) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false, parallel_workers = 4);
