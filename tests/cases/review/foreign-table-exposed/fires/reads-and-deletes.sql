-- roles: anon
-- expect: table public.far"away
-- severity: warning
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE "far""away" (id bigint) SERVER s;
GRANT SELECT, DELETE ON "far""away" TO anon;
