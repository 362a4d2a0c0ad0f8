CREATE TABLE public.t (id integer PRIMARY KEY, email text NOT NULL);
CREATE UNIQUE INDEX t_mail ON public.t (lower(email));
