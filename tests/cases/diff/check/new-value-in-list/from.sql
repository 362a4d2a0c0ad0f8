CREATE TABLE public.t (id integer PRIMARY KEY, kind text NOT NULL, CONSTRAINT t_kind_check CHECK (kind IN ('x', 'y')));
