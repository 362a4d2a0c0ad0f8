CREATE TABLE public.account (id integer CONSTRAINT k PRIMARY KEY, email text, at timestamptz);
