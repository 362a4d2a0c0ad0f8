CREATE TABLE public.p (id integer PRIMARY KEY);
CREATE TABLE public.t (id integer PRIMARY KEY, p integer NOT NULL REFERENCES public.p, code text NOT NULL UNIQUE, CHECK (code <> ''));
CREATE INDEX t_p ON public.t (p);
