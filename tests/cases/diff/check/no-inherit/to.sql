CREATE TABLE public.parent (id integer, n integer, CONSTRAINT n_pos CHECK (n > 0) NO INHERIT, CONSTRAINT id_pos CHECK (id > 0));
CREATE TABLE public.child () INHERITS (public.parent);
