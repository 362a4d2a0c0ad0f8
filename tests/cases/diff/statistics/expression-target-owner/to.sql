CREATE TABLE public.t (id integer PRIMARY KEY, a text, b text, at timestamptz);
CREATE STATISTICS public.st (mcv) ON a, b FROM public.t;
ALTER STATISTICS public.st OWNER TO corpus_writer;
COMMENT ON STATISTICS public.st IS 'pairs';
CREATE STATISTICS public.by_hour ON date_trunc('hour', at AT TIME ZONE 'UTC') FROM public.t;
