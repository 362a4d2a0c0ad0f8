CREATE TABLE public.t (id integer PRIMARY KEY, note text NOT NULL CHECK (note <> ''));
