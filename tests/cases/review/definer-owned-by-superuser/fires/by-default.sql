-- facts: {"roles": {"postgres": {"superuser": true}}}
-- expect: function public.f()
-- severity: warning
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
