-- expect: function public.Who's in(integer)
-- severity: error
CREATE TABLE "Who ""is""" (id bigint PRIMARY KEY, name text);
CREATE FUNCTION "Who's in"("select" integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
$$ SELECT count(*) FROM "Who ""is""" $$;
