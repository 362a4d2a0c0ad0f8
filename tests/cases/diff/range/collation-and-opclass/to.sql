CREATE TYPE public.text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE public.time_range AS RANGE (subtype = time);
CREATE TABLE public.t (id integer PRIMARY KEY, words public.text_range, open public.time_range DEFAULT '[08:00,18:00)');
