-- expect: index public.Event.by "time"
-- facts: {"tables": {"public.\"Event\"": {"rows": 100000000, "pages": 1300000}}, "indexes": {"public.\"by \"\"time\"\"\"": {"bytes": 2200000000}}}
-- facts: {"columns": {"public.\"Event\"": [{"column": "the time", "correlation": -1}]}}
-- query: SELECT count(*) FROM "Event" WHERE "the time" >= $1 AND "the time" < $2
CREATE TABLE "Event" (id bigint PRIMARY KEY, "the time" timestamptz);
CREATE INDEX "by ""time""" ON "Event" ("the time");
