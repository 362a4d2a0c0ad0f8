CREATE TABLE public.reader (id integer PRIMARY KEY, name text);
ALTER TABLE public.reader ADD CONSTRAINT reader_name_needed NOT NULL name NOT VALID;
