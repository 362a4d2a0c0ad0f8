CREATE FUNCTION public.note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER one ON ddl_command_start EXECUTE FUNCTION public.note_ddl();
CREATE EVENT TRIGGER two ON sql_drop EXECUTE FUNCTION public.note_ddl();
COMMENT ON EVENT TRIGGER two IS 'drops';
