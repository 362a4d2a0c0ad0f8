CREATE TABLE public.kept (id integer PRIMARY KEY);
CREATE TABLE public.a (id integer PRIMARY KEY, b integer);
CREATE TABLE public.b (id integer PRIMARY KEY, a integer REFERENCES public.a);
CREATE TABLE public.c (id integer PRIMARY KEY, a integer REFERENCES public.a, kept integer REFERENCES public.kept);
ALTER TABLE public.a ADD FOREIGN KEY (b) REFERENCES public.b;
ALTER TABLE public.kept ADD COLUMN c integer REFERENCES public.c;
