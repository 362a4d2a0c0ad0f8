CREATE TABLE public.log (n bigint);
CREATE TABLE public.t (id integer PRIMARY KEY, n bigint);
CREATE RULE t_log AS ON UPDATE TO public.t WHERE NEW.n <> OLD.n DO ALSO INSERT INTO public.log VALUES (NEW.n);
