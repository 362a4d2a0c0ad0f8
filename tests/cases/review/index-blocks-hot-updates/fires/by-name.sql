-- expect: index public.Session.by "time"
-- severity: info
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-03-01 00:00:00+00"}
-- facts: {"tables": {"public.\"Session\"": {"rows": 10000, "pages": 900, "updated": 4000000, "hot_updated": 40000}}}
CREATE TABLE "Session" (id bigint PRIMARY KEY, "last seen" timestamptz, note text);
CREATE INDEX "by ""time""" ON "Session" ("last seen");
CREATE INDEX ON "Session" (note);
