CREATE TABLE public.t (id integer PRIMARY KEY, state text NOT NULL DEFAULT 'open', CONSTRAINT t_state CHECK (state IN ('open', 'closed')));
