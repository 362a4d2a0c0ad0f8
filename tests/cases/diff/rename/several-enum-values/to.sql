CREATE TYPE public.s AS ENUM ('open', 'busy', 'closed', 'gone');
CREATE TABLE public.t (id integer PRIMARY KEY, s public.s DEFAULT 'open', CHECK (s <> 'busy'));
CREATE VIEW public.v AS SELECT id FROM public.t WHERE s = 'closed';
