CREATE TABLE public.hot (id integer) WITH (fillfactor = 50, autovacuum_analyze_threshold = 10, toast.autovacuum_vacuum_cost_delay = 5, user_catalog_table = true);
