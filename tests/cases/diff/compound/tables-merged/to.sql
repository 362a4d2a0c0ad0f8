CREATE TABLE public.account (id integer PRIMARY KEY, login text NOT NULL, bio text, avatar bytea);
CREATE VIEW public.v AS SELECT login, bio FROM public.account;
