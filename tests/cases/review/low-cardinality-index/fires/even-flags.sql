-- expect: index public.orders.orders_open_idx
-- severity: info
-- facts: {"tables": {"public.orders": {"rows": 1000000, "pages": 9000}}}
-- facts: {"columns": {"public.orders": [{"column": "open", "n_distinct": 2, "most_common_values": "{f,t}", "most_common_frequencies": [0.6, 0.4], "correlation": 0.5}]}}
CREATE TABLE orders (id bigint PRIMARY KEY, open boolean);
CREATE INDEX ON orders (open);
