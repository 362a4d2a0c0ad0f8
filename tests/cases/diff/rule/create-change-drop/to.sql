CREATE TABLE public.letter (id integer PRIMARY KEY, body text);
CREATE TABLE public.letter_log (id integer, at timestamptz);
CREATE RULE letter_note AS ON UPDATE TO public.letter WHERE NEW.body <> OLD.body
    DO ALSO INSERT INTO public.letter_log VALUES (OLD.id, now());
CREATE RULE letter_added AS ON INSERT TO public.letter DO ALSO INSERT INTO public.letter_log VALUES (NEW.id, now());
