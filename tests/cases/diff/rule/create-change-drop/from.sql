CREATE TABLE public.letter (id integer PRIMARY KEY, body text);
CREATE TABLE public.letter_log (id integer, at timestamptz);
CREATE RULE letter_keep AS ON DELETE TO public.letter DO INSTEAD NOTHING;
CREATE RULE letter_note AS ON UPDATE TO public.letter DO ALSO INSERT INTO public.letter_log VALUES (OLD.id, now());
