CREATE TABLE public.parent (id integer, n integer, m integer CONSTRAINT m_here NOT NULL);
CREATE TABLE public.child () INHERITS (public.parent);
