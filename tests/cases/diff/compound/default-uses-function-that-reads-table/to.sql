CREATE TABLE public.counter (name text PRIMARY KEY, n integer NOT NULL, step integer NOT NULL DEFAULT 1);
CREATE FUNCTION public.next_of(w text) RETURNS integer LANGUAGE sql AS $$ UPDATE public.counter SET n = n + step WHERE name = w RETURNING n $$;
CREATE TABLE public.bill (no integer PRIMARY KEY DEFAULT public.next_of('bill'), at date NOT NULL DEFAULT CURRENT_DATE);
