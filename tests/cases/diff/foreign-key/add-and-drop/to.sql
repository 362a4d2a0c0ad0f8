CREATE TABLE public.author (id integer PRIMARY KEY);
CREATE TABLE public.genre (id integer PRIMARY KEY);
CREATE TABLE public.book (id integer PRIMARY KEY, author integer REFERENCES public.author, genre integer);
