CREATE TABLE public.post (id integer PRIMARY KEY, title text NOT NULL, body text NOT NULL);
