CREATE TABLE public.queue (id bigint PRIMARY KEY, done boolean);
CREATE PROCEDURE public.clean() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.queue WHERE done; COMMIT; END $$;
CREATE PROCEDURE public.clean(INOUT removed integer) LANGUAGE plpgsql AS $$ BEGIN removed := 0; END $$;
