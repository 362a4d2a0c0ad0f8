CREATE TABLE public.job (
    id integer PRIMARY KEY,
    priority integer,
    state text DEFAULT 'new',
    tries integer NOT NULL DEFAULT 0,
    due date DEFAULT CURRENT_DATE
);
