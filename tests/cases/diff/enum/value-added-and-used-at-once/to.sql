CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE public.t (id integer PRIMARY KEY, m public.mood DEFAULT 'happy', CONSTRAINT m_good CHECK (m IN ('ok', 'happy')));
CREATE INDEX t_happy ON public.t (id) WHERE m = 'happy';
CREATE VIEW public.v AS SELECT id FROM public.t WHERE m = 'happy';
