CREATE TABLE public.t (id integer PRIMARY KEY, state text NOT NULL DEFAULT 'new', tags text[] NOT NULL DEFAULT '{}', data jsonb DEFAULT '{"a": 1}');
