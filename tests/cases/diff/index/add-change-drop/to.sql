CREATE TABLE public.event (id integer PRIMARY KEY, kind text, at timestamptz, payload jsonb);
CREATE INDEX event_at_idx ON public.event (at DESC NULLS LAST);
CREATE INDEX event_payload_idx ON public.event USING gin (payload);
