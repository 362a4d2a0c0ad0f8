CREATE TABLE public.a (id integer, CONSTRAINT id_pos CHECK (id > 0));
CREATE TABLE public.b (x text) INHERITS (public.a);
CREATE TABLE public.c (y text, CONSTRAINT y_set CHECK (y <> '')) INHERITS (public.b);
CREATE INDEX c_y ON public.c (y);
ALTER TABLE public.c ALTER id SET DEFAULT 5;
