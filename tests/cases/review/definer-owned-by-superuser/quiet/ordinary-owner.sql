-- roles: app
-- facts: {"roles": {"postgres": {"superuser": true}, "app": {}}}
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
ALTER FUNCTION f() OWNER TO app;
