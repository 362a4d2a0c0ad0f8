CREATE TYPE public.odd AS ENUM ('"q"', 'it''s', 'back\slash', 'with space', 'Ünï', '');
CREATE TABLE public.t (id integer PRIMARY KEY, o public.odd DEFAULT 'it''s');
