-- expect: column public.Doc"s.the "one"
-- facts: {"tables": {"public.\"Doc\"\"s\"": {"rows": 200000, "pages": 90000}}}
-- query: SELECT id FROM "Doc""s" ORDER BY "the ""one""" <#> $1 LIMIT 5
CREATE SCHEMA ext;
CREATE EXTENSION vector SCHEMA ext;
CREATE TABLE "Doc""s" (id bigint PRIMARY KEY, "the ""one""" ext.halfvec(3072));
