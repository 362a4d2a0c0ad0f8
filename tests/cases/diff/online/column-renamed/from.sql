CREATE TABLE public.t (id integer PRIMARY KEY, mail text NOT NULL);
CREATE UNIQUE INDEX t_mail ON public.t (lower(mail));
