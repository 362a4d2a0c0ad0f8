-- A trigger function, one that nobody else may call, one in a closed schema.
-- facts: {"roles": {"postgres": {"superuser": true}}}
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
$$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
REVOKE ALL ON FUNCTION f() FROM PUBLIC;
CREATE SCHEMA private;
CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
