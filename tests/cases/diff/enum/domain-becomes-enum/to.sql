CREATE TYPE public.k AS ENUM ('a', 'b');
CREATE TABLE public.t (id integer PRIMARY KEY, x public.k NOT NULL DEFAULT 'a');
