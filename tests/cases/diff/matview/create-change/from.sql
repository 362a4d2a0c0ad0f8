CREATE TABLE public.visit (id bigint PRIMARY KEY, page text NOT NULL, at timestamptz NOT NULL);
CREATE MATERIALIZED VIEW public.page_count AS SELECT page, count(*) AS n FROM public.visit GROUP BY page;
CREATE UNIQUE INDEX page_count_page ON public.page_count (page);
COMMENT ON MATERIALIZED VIEW public.page_count IS 'refreshed at night';
GRANT SELECT ON public.page_count TO corpus_reader;
