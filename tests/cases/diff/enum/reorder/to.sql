CREATE TYPE public.prio AS ENUM ('low', 'middle', 'high');
CREATE TABLE public.t (id integer PRIMARY KEY, p public.prio NOT NULL DEFAULT 'low');
CREATE INDEX t_p ON public.t (p);
