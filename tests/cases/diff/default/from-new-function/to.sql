CREATE FUNCTION public.make_code(prefix text DEFAULT 'c') RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN prefix || '1'; END $$;
CREATE TABLE public.t (id integer PRIMARY KEY, code text DEFAULT public.make_code('t'));
