CREATE TABLE public.t (
    id integer PRIMARY KEY, a text DEFAULT CURRENT_USER, at timestamptz DEFAULT (now() + interval '1 day'),
    n numeric DEFAULT (random() * 10), arr text[] DEFAULT ARRAY['a', 'b', NULL]
);
