CREATE TYPE public.state AS ENUM ('open', 'closed');
CREATE TABLE public.t (id integer PRIMARY KEY, state public.state NOT NULL DEFAULT 'open');
CREATE INDEX t_open ON public.t (id) WHERE state = 'open';
