CREATE TABLE public.visit (id bigint PRIMARY KEY, page text NOT NULL, at timestamptz NOT NULL);
CREATE MATERIALIZED VIEW public.page_count AS
    SELECT page, count(*) AS n, max(at) AS last_at FROM public.visit GROUP BY page;
CREATE UNIQUE INDEX page_count_page ON public.page_count (page);
CREATE INDEX page_count_last ON public.page_count (last_at);
COMMENT ON MATERIALIZED VIEW public.page_count IS 'refreshed at night';
GRANT SELECT ON public.page_count TO corpus_reader;
CREATE MATERIALIZED VIEW public.day_count AS SELECT date_trunc('day', at) AS day, count(*) AS n FROM public.visit GROUP BY 1 WITH NO DATA;
