CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.t (
    id integer PRIMARY KEY,
    p integer NOT NULL DEFAULT 1 CONSTRAINT t_p_positive CHECK (p > 0) CONSTRAINT t_p_fkey REFERENCES public.p ON DELETE CASCADE
);
CREATE UNIQUE INDEX t_p_once ON public.t (p) WHERE p <> 1;
COMMENT ON COLUMN public.t.p IS 'which';
GRANT SELECT (p) ON public.t TO corpus_reader;
