-- Beside a grant by name; and one that a policy calls, which is only told.
-- roles: app
-- expect: function public.We "do"(text, integer)
-- expect: function public.is_member(bigint)
-- severity: warning
-- severity: info
CREATE FUNCTION "We ""do"""(a text, b integer) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = '' AS
$$ SELECT a $$;
GRANT EXECUTE ON FUNCTION "We ""do"""(text, integer) TO app;
CREATE FUNCTION is_member(team bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS
$$ SELECT team > 0 $$;
CREATE TABLE notes (id bigint PRIMARY KEY, team bigint NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY members ON notes USING (is_member(team));
