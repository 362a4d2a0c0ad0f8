-- expect: table public.Read"ings
-- severity: error
-- facts: {"taken_at": "2026-04-02T10:00:00+00:00"}
CREATE TABLE "Read""ings" (id bigint NOT NULL, "on" date NOT NULL, value numeric) PARTITION BY RANGE ("on");
CREATE TABLE readings_3 PARTITION OF "Read""ings" FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
