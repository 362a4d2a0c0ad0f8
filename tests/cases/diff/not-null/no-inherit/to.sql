CREATE TABLE public.parent (id integer, n integer CONSTRAINT n_here NOT NULL NO INHERIT, m integer CONSTRAINT m_here NOT NULL NO INHERIT);
CREATE TABLE public.child () INHERITS (public.parent);
