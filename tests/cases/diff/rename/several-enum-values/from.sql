CREATE TYPE public.s AS ENUM ('new', 'busy', 'old');
CREATE TABLE public.t (id integer PRIMARY KEY, s public.s DEFAULT 'new', CHECK (s <> 'busy'));
CREATE VIEW public.v AS SELECT id FROM public.t WHERE s = 'old';
