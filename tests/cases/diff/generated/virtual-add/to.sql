CREATE TABLE public.person (
    id integer PRIMARY KEY, first text, last text,
    full_name text GENERATED ALWAYS AS (coalesce(first, '') || ' ' || coalesce(last, '')) VIRTUAL
);
