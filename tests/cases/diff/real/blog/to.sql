CREATE EXTENSION pg_trgm;
CREATE EXTENSION citext;
CREATE TYPE public.visibility AS ENUM ('draft', 'public', 'hidden');
CREATE FUNCTION public.slugify(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT trim(BOTH '-' FROM regexp_replace(lower(t), '[^a-z0-9]+', '-', 'g')) $$;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TABLE public.author (
    id integer PRIMARY KEY,
    login citext NOT NULL CONSTRAINT users_login_key UNIQUE,
    bio text
);
CREATE TABLE public.post (
    id integer PRIMARY KEY,
    author_id integer NOT NULL REFERENCES public.author ON DELETE RESTRICT,
    title varchar(300) NOT NULL,
    body text NOT NULL,
    visibility public.visibility NOT NULL DEFAULT 'draft',
    slug text GENERATED ALWAYS AS (public.slugify(title)) STORED,
    published_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX post_slug_idx ON public.post (slug);
CREATE INDEX post_body_trgm ON public.post USING gin (body gin_trgm_ops);
CREATE INDEX post_feed_idx ON public.post (published_at DESC) INCLUDE (title) WHERE visibility = 'public';
ALTER TABLE public.post ADD CONSTRAINT published_has_date CHECK (visibility <> 'public' OR published_at IS NOT NULL);
CREATE TRIGGER post_touch BEFORE UPDATE ON public.post FOR EACH ROW
    WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.body IS DISTINCT FROM NEW.body)
    EXECUTE FUNCTION public.touch();
CREATE TABLE public.tag (id integer PRIMARY KEY, name text NOT NULL);
ALTER TABLE public.tag ADD CONSTRAINT tag_name_key UNIQUE (name);
CREATE TABLE public.post_tag (
    post integer NOT NULL REFERENCES public.post ON DELETE CASCADE,
    tag integer NOT NULL REFERENCES public.tag ON DELETE CASCADE,
    PRIMARY KEY (post, tag)
);
CREATE INDEX post_tag_tag_idx ON public.post_tag (tag);
CREATE TABLE public.comment (
    id integer PRIMARY KEY,
    post integer NOT NULL REFERENCES public.post ON DELETE CASCADE,
    parent integer REFERENCES public.comment ON DELETE CASCADE,
    who text NOT NULL DEFAULT 'guest',
    body text NOT NULL
);
CREATE TABLE public.revision (
    post integer NOT NULL REFERENCES public.post ON DELETE CASCADE,
    no integer NOT NULL, body text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post, no)
) WITH (fillfactor = 100);
CREATE FUNCTION public.keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.revision (post, no, body)
    SELECT OLD.id, coalesce(max(no), 0) + 1, OLD.body FROM public.revision WHERE post = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER post_keep AFTER UPDATE OF body ON public.post FOR EACH ROW EXECUTE FUNCTION public.keep_revision();
CREATE TABLE public.page_view (post integer REFERENCES public.post, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX page_view_at ON public.page_view USING brin (at);
CREATE TABLE public.media (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, post integer REFERENCES public.post ON DELETE SET NULL, mime text NOT NULL, data bytea STORAGE EXTERNAL);
CREATE VIEW public.front_page AS SELECT p.id, p.title, u.login, p.published_at, (SELECT count(*) FROM public.comment c WHERE c.post = p.id) AS comments
    FROM public.post p JOIN public.author u ON u.id = p.author_id WHERE p.visibility = 'public';
CREATE MATERIALIZED VIEW public.tag_cloud AS SELECT t.name, count(*) AS n FROM public.tag t JOIN public.post_tag pt ON pt.tag = t.id GROUP BY t.name;
CREATE UNIQUE INDEX tag_cloud_name ON public.tag_cloud (name);
