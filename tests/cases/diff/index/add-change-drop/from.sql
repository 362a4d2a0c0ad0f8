CREATE TABLE public.event (id integer PRIMARY KEY, kind text, at timestamptz, payload jsonb);
CREATE INDEX event_kind_idx ON public.event (kind);
CREATE INDEX event_at_idx ON public.event (at);
