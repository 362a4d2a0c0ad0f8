CREATE TABLE public.ledger (id integer PRIMARY KEY, amount numeric);
GRANT SELECT, UPDATE, DELETE ON public.ledger TO corpus_writer;
GRANT SELECT ON public.ledger TO corpus_auditor WITH GRANT OPTION;
