-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 5400, "heap_bytes": 44236800, "last_analyze": "2026-03-30 00:00:00+00", "modified_since_analyze": 100}}}
-- facts: {"columns": {"public.orders": [{"column": "id", "average_width": 8}, {"column": "note", "average_width": 8}]}}
-- facts: {"indexes": {"public.orders_pkey": {"bytes": 33000000}, "public.lower_note": {"bytes": 90000000}, "public.some_notes": {"bytes": 90000000}}}
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX lower_note ON orders (lower(note));
CREATE INDEX some_notes ON orders (note) WHERE id > 10;
