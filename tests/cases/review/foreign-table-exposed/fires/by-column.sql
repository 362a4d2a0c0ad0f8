-- roles: authenticated
-- expect: table public.f
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE f (id bigint, secret text) SERVER s;
GRANT SELECT (id) ON f TO authenticated;
