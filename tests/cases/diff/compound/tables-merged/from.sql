CREATE TABLE public.account (id integer PRIMARY KEY, login text NOT NULL);
CREATE TABLE public.profile (account integer PRIMARY KEY REFERENCES public.account ON DELETE CASCADE, bio text, avatar bytea);
CREATE VIEW public.v AS SELECT a.login, p.bio FROM public.account a JOIN public.profile p ON p.account = a.id;
