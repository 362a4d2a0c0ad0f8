CREATE TABLE public.person (id integer PRIMARY KEY);
CREATE TABLE public.newsletter (id integer PRIMARY KEY, title text, body text);
