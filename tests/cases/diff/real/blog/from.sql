CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TABLE public.users (
    id integer PRIMARY KEY,
    login text NOT NULL CONSTRAINT users_login_key UNIQUE,
    password text NOT NULL
);
CREATE TABLE public.post (
    id integer PRIMARY KEY,
    author_id integer NOT NULL REFERENCES public.users,
    title varchar(100) NOT NULL,
    text text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER post_touch BEFORE UPDATE ON public.post FOR EACH ROW
    EXECUTE FUNCTION public.touch();
CREATE TABLE public.tag (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE public.post_tag (
    post integer NOT NULL REFERENCES public.post ON DELETE CASCADE,
    tag integer NOT NULL REFERENCES public.tag ON DELETE CASCADE,
    PRIMARY KEY (post, tag)
);
CREATE TABLE public.comment (
    id integer PRIMARY KEY,
    post integer REFERENCES public.post,
    who text,
    body text NOT NULL
);
CREATE TABLE public.page_view (post integer REFERENCES public.post, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX page_view_at ON public.page_view (at);
CREATE TABLE public.session (token text PRIMARY KEY, users integer REFERENCES public.users);
CREATE VIEW public.front_page AS SELECT p.id, p.title, u.login FROM public.post p JOIN public.users u ON u.id = p.author_id;
