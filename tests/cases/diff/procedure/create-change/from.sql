CREATE TABLE public.queue (id bigint PRIMARY KEY, done boolean);
CREATE PROCEDURE public.clean() LANGUAGE sql AS $$ DELETE FROM public.queue WHERE done $$;
