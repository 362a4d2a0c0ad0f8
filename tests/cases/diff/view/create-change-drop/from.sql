CREATE TABLE public.user_account (id integer PRIMARY KEY, name text, active boolean);
CREATE VIEW public.active_user AS SELECT id, name FROM public.user_account WHERE active;
CREATE VIEW public.old_report AS SELECT count(*) AS n FROM public.user_account;
