CREATE TABLE public.log (id integer);
CREATE TABLE public.t (id integer PRIMARY KEY, b integer);
CREATE RULE r AS ON UPDATE TO public.t WHERE NEW.b <> OLD.b DO ALSO INSERT INTO public.log VALUES (NEW.id);
