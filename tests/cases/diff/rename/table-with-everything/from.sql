CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, n integer CHECK (n > 0));
CREATE INDEX ON public.users (n);
CREATE TABLE public.post (id integer PRIMARY KEY, author bigint CONSTRAINT post_author REFERENCES public.users);
CREATE VIEW public.v AS SELECT id, email FROM public.users;
CREATE TRIGGER tr BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE POLICY pol ON public.users USING (n > 1);
GRANT SELECT ON public.users TO corpus_reader;
COMMENT ON TABLE public.users IS 'people';
