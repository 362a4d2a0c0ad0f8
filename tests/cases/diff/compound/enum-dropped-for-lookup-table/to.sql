CREATE TABLE public.state (id smallint PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE public.task (id integer PRIMARY KEY, state_id smallint REFERENCES public.state);
CREATE INDEX task_state ON public.task (state_id);
