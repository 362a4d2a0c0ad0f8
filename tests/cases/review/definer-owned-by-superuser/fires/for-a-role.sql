-- roles: app
-- facts: {"roles": {"postgres": {"superuser": true}}}
-- expect: function private.f(integer)
CREATE SCHEMA private;
CREATE FUNCTION private.f(a integer) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT a';
REVOKE ALL ON FUNCTION private.f(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.f(integer) TO app;
