CREATE TABLE public.project (id integer PRIMARY KEY, name text UNIQUE);
CREATE TABLE public.task (id integer PRIMARY KEY, project integer REFERENCES public.project, title text);
