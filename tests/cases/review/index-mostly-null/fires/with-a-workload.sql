-- expect: index public.Comment.by "re"
-- facts: {"indexes": {"public.\"by \"\"re\"\"\"": {"bytes": 40000000}}}
-- facts: {"columns": {"public.\"Comment\"": [{"column": "in reply to", "null_fraction": 0.95, "n_distinct": -0.02}]}}
-- query: SELECT * FROM "Comment" WHERE "in reply to" = $1
CREATE TABLE "Comment" (id bigint PRIMARY KEY, "in reply to" bigint, note text);
CREATE INDEX "by ""re""" ON "Comment" ("in reply to");
