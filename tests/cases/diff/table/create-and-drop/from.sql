CREATE TABLE public.keeps (id integer PRIMARY KEY, label text NOT NULL);
CREATE TABLE public.goes (id integer PRIMARY KEY, reason text);
