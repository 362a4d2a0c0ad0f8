-- expect: table public.Sale"s
-- facts: {"taken_at": "2026-03-01T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00", "settings": {"effective_cache_size": "524288"}}
-- facts: {"tables": {"public.\"Sale\"\"s\"": {"rows": 1e9, "heap_bytes": 15000000000, "inserted": 90000000, "updated": 900, "deleted": 10}}}
CREATE TABLE "Sale""s" (id bigint PRIMARY KEY, day date NOT NULL, amount numeric);
