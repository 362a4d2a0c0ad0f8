CREATE TABLE public.person (id integer PRIMARY KEY);
CREATE TABLE public.campaign (id integer PRIMARY KEY, title text, body text);
