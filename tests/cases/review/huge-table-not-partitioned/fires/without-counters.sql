-- expect: table public.The "events"
-- facts: {"tables": {"public.\"The \"\"events\"\"\"": {"rows": 2000000000, "pages": 30000000, "heap_bytes": 245760000000}}}
CREATE TABLE "The ""events""" (id bigint, "the day" date NOT NULL, PRIMARY KEY (id, "the day"));
