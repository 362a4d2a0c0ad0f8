CREATE SCHEMA archive;
CREATE TABLE public.audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL);
CREATE INDEX audit_what_idx ON public.audit (what);
CREATE VIEW public.audit_words AS SELECT DISTINCT what FROM public.audit;
