CREATE EXTENSION moddatetime;
CREATE TABLE public.t (id integer PRIMARY KEY, touched timestamptz);
CREATE TRIGGER t_touch BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION moddatetime(touched);
