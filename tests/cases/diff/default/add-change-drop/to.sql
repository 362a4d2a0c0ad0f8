CREATE TABLE public.job (
    id integer PRIMARY KEY,
    priority integer DEFAULT 5,
    state text DEFAULT 'queued',
    tries integer NOT NULL DEFAULT 0,
    due date
);
