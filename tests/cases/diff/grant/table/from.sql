CREATE TABLE public.ledger (id integer PRIMARY KEY, amount numeric);
GRANT SELECT, INSERT ON public.ledger TO corpus_writer;
GRANT SELECT ON public.ledger TO corpus_reader;
