-- expect: table public.Wide "one"
-- facts: {"taken_at": "2026-03-31 00:00:00+00", "stats_reset": "2026-01-01 00:00:00+00"}
-- facts: {"tables": {"public.\"Wide \"\"one\"\"\"": {"rows": 100000, "pages": 900, "sequential_scans": 10, "index_scans": 9000, "inserted": 50000, "updated": 0, "deleted": 0}}}
CREATE TABLE "Wide ""one""" (
    id bigint PRIMARY KEY, a int, b int, c int, d int, e int, f int, g int, h int, i int, j int, k int
);
CREATE INDEX ON "Wide ""one""" (a); CREATE INDEX ON "Wide ""one""" (b); CREATE INDEX ON "Wide ""one""" (c);
CREATE INDEX ON "Wide ""one""" (d); CREATE INDEX ON "Wide ""one""" (e); CREATE INDEX ON "Wide ""one""" (f);
CREATE INDEX ON "Wide ""one""" (g); CREATE INDEX ON "Wide ""one""" (h); CREATE INDEX ON "Wide ""one""" (i);
CREATE INDEX ON "Wide ""one""" (j); CREATE INDEX ON "Wide ""one""" (k);
