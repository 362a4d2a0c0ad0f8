CREATE TABLE public.notice (id integer PRIMARY KEY, body text);
CREATE VIEW public.notice_list AS SELECT id FROM public.notice;
GRANT SELECT ON public.notice_list TO PUBLIC;
