CREATE TABLE public.user_account (id integer PRIMARY KEY, name text, active boolean);
CREATE VIEW public.active_user AS SELECT id, name FROM public.user_account WHERE active IS TRUE;
CREATE VIEW public.new_report AS SELECT active, count(*) AS n FROM public.user_account GROUP BY active;
