CREATE TABLE public.t (id integer PRIMARY KEY, state text NOT NULL, CONSTRAINT t_state CHECK (state IN ('a', 'b')));
CREATE INDEX t_find ON public.t (state);
