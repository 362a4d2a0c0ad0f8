CREATE TYPE public.state AS ENUM ('open', 'done');
CREATE TABLE public.task (id integer PRIMARY KEY, state public.state NOT NULL DEFAULT 'open');
CREATE INDEX task_state ON public.task (state);
