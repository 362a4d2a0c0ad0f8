CREATE FUNCTION public.f(a integer) RETURNS integer LANGUAGE plpgsql AS $body$
DECLARE
    r integer := a;  -- a "quoted" 'thing' and $$ inside
BEGIN
    RETURN r;
END
$body$;
