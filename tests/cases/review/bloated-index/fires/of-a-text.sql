-- expect: index public.Order.by "note"
-- facts: {"tables": {"public.\"Order\"": {"rows": 1000000, "pages": 5400, "heap_bytes": 44236800, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 100}}}
-- facts: {"columns": {"public.\"Order\"": [{"column": "the note", "average_width": 20, "null_fraction": 0.1}, {"column": "id", "average_width": 8}]}}
-- facts: {"indexes": {"public.\"by \"\"note\"\"\"": {"bytes": 200000000}, "public.\"Order_pkey\"": {"bytes": 22000000}}}
CREATE TABLE "Order" (id bigint PRIMARY KEY, "the note" text);
CREATE INDEX "by ""note""" ON "Order" ("the note");
