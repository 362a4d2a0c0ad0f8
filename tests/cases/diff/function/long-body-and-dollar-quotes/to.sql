CREATE FUNCTION public.f() RETURNS text LANGUAGE plpgsql AS $function$
DECLARE
    v text;
BEGIN
    EXECUTE format($q$SELECT %L || '%s'$q$, 'it''s', E'\\x');
    /* a comment with a ; and a ' */
    FOR v IN SELECT 'x' LOOP
        RAISE NOTICE '$body$ % $$', v;
    END LOOP;
    RETURN $$a$$ || $x$b$x$;
END
$function$;
