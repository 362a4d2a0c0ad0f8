CREATE TABLE public.a (id integer PRIMARY KEY, c integer);
CREATE TABLE public.b (id integer PRIMARY KEY, a integer REFERENCES public.a);
CREATE TABLE public.c (id integer PRIMARY KEY, b integer REFERENCES public.b);
ALTER TABLE public.a ADD CONSTRAINT a_c_fkey FOREIGN KEY (c) REFERENCES public.c ON DELETE SET NULL;
