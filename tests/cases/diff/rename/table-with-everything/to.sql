CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE public.account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, n integer CHECK (n > 0));
CREATE INDEX ON public.account (n);
CREATE TABLE public.post (id integer PRIMARY KEY, author bigint CONSTRAINT post_author REFERENCES public.account);
CREATE VIEW public.v AS SELECT id, email FROM public.account;
CREATE TRIGGER tr BEFORE UPDATE ON public.account FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE POLICY pol ON public.account USING (n > 1);
GRANT SELECT ON public.account TO corpus_reader;
COMMENT ON TABLE public.account IS 'people';
