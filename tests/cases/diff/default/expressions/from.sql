CREATE TABLE public.t (id integer PRIMARY KEY, a text, at timestamptz DEFAULT now(), n numeric DEFAULT 1.5, arr text[] DEFAULT '{a,b}');
