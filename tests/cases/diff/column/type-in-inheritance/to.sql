CREATE TABLE public.parent (id bigint NOT NULL, name text);
CREATE TABLE public.child (extra integer) INHERITS (public.parent);
