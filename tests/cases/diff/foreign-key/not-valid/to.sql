CREATE TABLE public.author (id integer PRIMARY KEY);
CREATE TABLE public.book (id integer PRIMARY KEY, author integer);
ALTER TABLE public.book ADD CONSTRAINT book_author_fkey FOREIGN KEY (author) REFERENCES public.author NOT VALID;
