CREATE TABLE public.author (id integer PRIMARY KEY);
CREATE TABLE public.book (
    id integer PRIMARY KEY, author integer,
    CONSTRAINT book_author_fkey FOREIGN KEY (author) REFERENCES public.author ON UPDATE CASCADE ON DELETE SET NULL
);
