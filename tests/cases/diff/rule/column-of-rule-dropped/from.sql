CREATE TABLE public.log (id integer);
CREATE TABLE public.t (id integer PRIMARY KEY, a integer, b integer);
CREATE RULE r AS ON UPDATE TO public.t WHERE NEW.a <> OLD.a DO ALSO INSERT INTO public.log VALUES (NEW.id);
