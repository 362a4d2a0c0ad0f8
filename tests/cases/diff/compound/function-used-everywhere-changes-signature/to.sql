CREATE FUNCTION public.slug(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT replace(lower(t), ' ', '-') $$;
CREATE TABLE public.t (
    id integer PRIMARY KEY, name text DEFAULT public.slug('X'),
    slug text GENERATED ALWAYS AS (public.slug(name)) STORED,
    CONSTRAINT has_slug CHECK (public.slug(name) <> '')
);
CREATE INDEX t_slug ON public.t (public.slug(name));
CREATE VIEW public.v AS SELECT id, public.slug(name) AS s FROM public.t;
CREATE POLICY p ON public.t USING (public.slug(name) <> 'secret');
