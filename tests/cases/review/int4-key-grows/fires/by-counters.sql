-- expect: column public.orders.id
-- severity: warning
-- facts: {"taken_at": "2026-03-31T00:00:00+00:00", "stats_reset": "2026-01-01T00:00:00+00:00"}
-- facts: {"tables": {"public.orders": {"rows": 90000000, "pages": 900000, "inserted": 90000000}}}
-- facts: {"sequences": {"public.orders_id_seq": {"last_value": 120000000}}}
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, who text, what text, at timestamptz);
