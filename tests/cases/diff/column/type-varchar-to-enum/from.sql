CREATE TABLE public.t (id integer PRIMARY KEY, state varchar(20) NOT NULL DEFAULT 'open', CONSTRAINT t_state CHECK (state IN ('open', 'closed')));
CREATE INDEX t_open ON public.t (id) WHERE state = 'open';
