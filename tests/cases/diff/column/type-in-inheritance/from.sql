CREATE TABLE public.parent (id integer NOT NULL, name varchar(10));
CREATE TABLE public.child (extra integer) INHERITS (public.parent);
