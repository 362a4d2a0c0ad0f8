CREATE TYPE public.odd AS ENUM ('it''s', 'with space', 'Ünï');
CREATE TABLE public.t (id integer PRIMARY KEY, o public.odd DEFAULT 'it''s');
