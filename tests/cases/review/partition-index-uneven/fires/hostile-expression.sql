-- expect: index public.Part 1.Part 1_lower_idx
CREATE TABLE "Readings" (id bigint NOT NULL, "In" text, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE "Part 1" PARTITION OF "Readings" FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE "Part 2" PARTITION OF "Readings" FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE "Part ""3""" PARTITION OF "Readings" FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
CREATE INDEX ON "Part 1" (lower("In")) WHERE id > 5;
CREATE INDEX ON "Part 2" (lower("In")) WHERE id > 5;
