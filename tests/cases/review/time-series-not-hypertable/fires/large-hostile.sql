-- expect: table public.Click "events"
-- facts: {"tables": {"public.\"Click \"\"events\"\"\"": {"rows": 5000000, "pages": 90000}}}
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) VALUES (99999, 'timescaledb', 10, 2200, false, '2.17.0');
CREATE TABLE "Click ""events""" (page text, "At" timestamptz NOT NULL, UNIQUE (page, "At"));
